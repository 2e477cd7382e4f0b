//! Tightrope's WGSL compute kernels and their registry.
//!
//! Each kernel is one file of `wgsl/`. Parts that several kernels share lie in `wgsl/shared/` and
//! are put in front of them here. Every buffer is a `read_write` storage buffer, except the last,
//! which holds the parameters as a struct of [`params`]. A kernel's source therefore never changes,
//! and its name identifies it.

pub mod params;

/// A compute kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kernel {
    /// File name without `.wgsl`.
    pub name: &'static str,
    /// Complete source with shared parts in front.
    pub source: &'static str,
}

/// Invocations per workgroup, in every kernel.
pub const WORKGROUP: u32 = 256;

macro_rules! kernels {
    ($($(#[$doc:meta])* $constant:ident = $file:literal $(+ $shared:literal)*;)*) => {
        $($(#[$doc])* pub const $constant: Kernel = Kernel {
            name: $file,
            source: concat!(
                include_str!("../wgsl/shared/linear.wgsl"),
                $(include_str!(concat!("../wgsl/shared/", $shared, ".wgsl")),)*
                include_str!(concat!("../wgsl/", $file, ".wgsl")),
            ),
        };)*
        /// Every kernel.
        pub const KERNELS: &[Kernel] = &[$($constant),*];
    };
}

kernels! {
    /// Packs images for the convolution's kernels.
    CONV2D_PACK = "conv2d_pack" + "quads";
    /// Packs a sparse index for the convolution's kernels.
    CONV2D_ENTRIES = "conv2d_entries" + "quads";
    /// Convolution with active weights, or its gradient with respect to the input.
    CONV2D_SPARSE = "conv2d_sparse" + "quads" + "columns";
    /// Convolution with every weight, or its gradient with respect to the input.
    CONV2D_DENSE = "conv2d_dense" + "quads" + "columns";
    /// As `CONV2D_DENSE`, for few channels of the result.
    CONV2D_NARROW = "conv2d_narrow" + "quads" + "columns";
    /// The convolution's gradient with respect to active weights.
    CONV2D_SPARSE_GRAD = "conv2d_sparse_grad" + "quads";
    /// As `CONV2D_SPARSE_GRAD`, for few pixels.
    CONV2D_SHORT_GRAD = "conv2d_short_grad" + "quads";
    /// Partial sums of the convolution's gradient with respect to every weight.
    CONV2D_DENSE_GRAD = "conv2d_dense_grad" + "quads";
    /// Adds up the sums of `CONV2D_DENSE_GRAD`.
    CONV2D_COLLECT = "conv2d_collect";
    /// Sum of every channel: the convolution's gradient with respect to the bias.
    CHANNEL_SUMS = "channel_sums" + "channels" + "reduce";
    /// Mean and variance of every channel.
    CHANNEL_STATS = "channel_stats" + "channels" + "reduce";
    /// Batch norm and leaky ReLU.
    BATCH_NORM_FORWARD = "batch_norm_forward" + "channels";
    /// Gradients of batch norm's gain and bias.
    BATCH_NORM_SUMS = "batch_norm_sums" + "channels" + "reduce";
    /// Gradient of batch norm's input.
    BATCH_NORM_INPUT_GRAD = "batch_norm_input_grad" + "channels";
    /// A weight's transposed product with spectral norm's left vector.
    SPECTRAL_COLUMNS = "spectral_columns" + "spectral";
    /// Spectral norm's right vector, and the weight's product with it.
    SPECTRAL_ROWS = "spectral_rows" + "reduce" + "spectral";
    /// Spectral norm's left vector, the norm, and the weight divided by it.
    SPECTRAL_DIVIDE = "spectral_divide" + "reduce" + "spectral";
    /// Partial sums of a weight times the gradient behind spectral norm.
    SPECTRAL_PRODUCTS = "spectral_products" + "spectral" + "reduce";
    /// Gradient of a weight through its spectral norm.
    SPECTRAL_GRAD = "spectral_grad" + "reduce" + "spectral";
    /// Products of matrices.
    PRODUCT = "product";
    /// Nearest-neighbour enlargement by two.
    UPSAMPLE = "upsample" + "resample";
    /// Sum over 2x2 blocks.
    DOWNSAMPLE = "downsample" + "resample";
    /// Adam, mask and average in one pass.
    ADAM = "adam";
    /// Counts of one digit in an exact top-k.
    TOPK_HISTOGRAM = "topk_histogram" + "topk_params" + "topk";
    /// Picks the digit that holds the k-th largest.
    TOPK_PICK = "topk_pick" + "topk_params" + "scan";
    /// Counts candidates equal to the k-th largest.
    TOPK_TIE_COUNT = "topk_tie_count" + "scan" + "topk_params" + "topk";
    /// The selection itself.
    TOPK_SELECT = "topk_select" + "scan" + "topk_params" + "topk";
    /// Running sums of a list of counts.
    PREFIX_SUM = "prefix_sum" + "scan";
    /// Active entries of each line of a layer's index.
    INDEX_COUNT = "index_count" + "scan" + "line";
    /// Positions of those entries.
    INDEX_FILL = "index_fill" + "scan" + "line";
    /// Zeroes inactive values.
    MASK_APPLY = "mask_apply";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_is_valid_wgsl_within_webgpu_limits() {
        for kernel in KERNELS {
            let module = naga::front::wgsl::parse_str(kernel.source)
                .unwrap_or_else(|e| panic!("{}: {}", kernel.name, e.emit_to_string(kernel.source)));
            naga::valid::Validator::new(
                naga::valid::ValidationFlags::all(),
                naga::valid::Capabilities::empty(),
            )
            .validate(&module)
            .unwrap_or_else(|e| panic!("{}: {}", kernel.name, e.emit_to_string(kernel.source)));
            let buffers = module
                .global_variables
                .iter()
                .filter(|(_, v)| matches!(v.space, naga::AddressSpace::Storage { .. }))
                .count();
            assert!(
                (2..=8).contains(&buffers),
                "{}: {buffers} storage buffers",
                kernel.name
            );
            assert_eq!(module.entry_points.len(), 1, "{}", kernel.name);
            assert_eq!(module.entry_points[0].name, "main", "{}", kernel.name);
            let size: u32 = module.entry_points[0].workgroup_size.iter().product();
            assert_eq!(size, WORKGROUP, "{}", kernel.name);
        }
    }

    #[test]
    fn names_and_files_agree() {
        let mut files: Vec<String> =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wgsl"))
                .expect("wgsl folder")
                .filter_map(|e| {
                    Some(
                        e.ok()?
                            .path()
                            .file_name()?
                            .to_str()?
                            .strip_suffix(".wgsl")?
                            .to_owned(),
                    )
                })
                .collect();
        let mut names: Vec<String> = KERNELS.iter().map(|k| k.name.to_owned()).collect();
        files.sort();
        names.sort();
        assert_eq!(files, names);
    }
}
