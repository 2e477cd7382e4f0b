//! Parameters of the kernels, twins of the WGSL structs of the same names. A test compares their
//! layouts.

use bytemuck::{Pod, Zeroable};

/// A kernel's parameters, or the fixed head of them.
pub trait Params: Pod {
    /// Name of the WGSL struct.
    const NAME: &'static str;
    /// Names of the fields with their offsets in bytes.
    const FIELDS: &'static [(&'static str, usize)];
}

/// Parameters of a kernel whose workgroups may be spread over several dispatches.
pub trait InParts: Params {
    /// The parameters of a dispatch that begins with workgroup `first_group`.
    #[must_use]
    fn starting_at(self, first_group: u32) -> Self;
}

macro_rules! params {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $type:ty,)* })*) => {
        $($(#[$doc])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
        pub struct $name { $($(#[$about])* pub $field: $type,)* }

        impl Params for $name {
            const NAME: &'static str = stringify!($name);
            const FIELDS: &'static [(&'static str, usize)] =
                &[$((stringify!($field), std::mem::offset_of!($name, $field)),)*];
        })*
        /// Every struct with its fields.
        #[cfg(test)]
        const ALL: &[(&str, &[(&str, usize)])] = &[$(($name::NAME, $name::FIELDS)),*];
    };
}

params! {
    /// A product of packed images with a weight.
    Conv2dParams {
        /// Number of images.
        images: u32,
        /// Channels of the source.
        sources: u32,
        /// Channels of the result.
        results: u32,
        /// Rows of an image.
        height: u32,
        /// Columns of an image.
        width: u32,
        /// Side of the kernel.
        kernel: u32,
        /// 1: results are the weight's input channels, and taps are mirrored.
        backward: u32,
        /// 1: results start at the bias.
        biased: u32,
        /// 1: the weight gradient is wanted at every position, 0: at those of the index.
        everywhere: u32,
        /// Active weights.
        entries: u32,
        /// Invocations that share a result.
        lanes: u32,
        /// Quads along which a workgroup sums.
        slice_length: u32,
        /// Workgroups of earlier dispatches.
        first_group: u32,
    }
    /// Sums of slices that become the dense weight gradient.
    CollectParams {
        /// Number of slices.
        slices: u32,
        /// Weights.
        size: u32,
    }
    /// Feature maps `[images, channels, area]`.
    ChannelParams {
        /// Number of images.
        images: u32,
        /// Channels of each.
        channels: u32,
        /// Pixels of a channel.
        area: u32,
        /// Added to the variance.
        epsilon: f32,
        /// Slope of the leaky ReLU.
        slope: f32,
    }
    /// A weight `[rows, columns]` under spectral norm.
    SpectralParams {
        /// Output channels.
        rows: u32,
        /// Input channels times taps.
        columns: u32,
        /// 1: a power iteration comes first.
        iterate: u32,
        /// Partial sums of the gradient's product with the weight.
        parts: u32,
        /// Lower bound of the norm.
        epsilon: f32,
    }
    /// Pairs of matrices to be multiplied.
    ProductParams {
        /// Number of pairs.
        pairs: u32,
        /// Rows of the left side and of the product.
        rows: u32,
        /// Columns of the left side, rows of the right one.
        inner: u32,
        /// Columns of the right side and of the product.
        columns: u32,
        /// 1: the left side is stored as its transpose.
        a_turned: u32,
        /// 1: the right side is stored as its transpose.
        b_turned: u32,
        /// Workgroups of earlier dispatches.
        first_group: u32,
    }
    /// Planes of two sizes, one twice the other.
    ResampleParams {
        /// Images times channels.
        planes: u32,
        /// Rows of the small plane.
        small_height: u32,
        /// Columns of the small plane.
        small_width: u32,
        /// Rows of the big plane.
        big_height: u32,
        /// Columns of the big plane.
        big_width: u32,
        /// Factor of every value.
        scale: f32,
    }
    /// One optimiser step.
    AdamParams {
        /// Parameters.
        len: u32,
        /// Parameters that the mask covers.
        masked: u32,
        /// 1: gradients of inactive weights count as zero.
        mask_gradient: u32,
        /// 0: no average, 1: EMA, 2: SEMA.
        averaging: u32,
        /// `lr / (1 - beta1^t)`.
        rate: f32,
        /// Decay of the first moment.
        beta1: f32,
        /// Decay of the second moment.
        beta2: f32,
        /// `1 / (1 - beta2^t)`.
        second_correction: f32,
        /// Added outside the root.
        epsilon: f32,
        /// Decay of the average.
        decay: f32,
    }
    /// Head of the parameters of an exact top-k; a [`TopkRange`] for each group follows.
    TopkParams {
        /// Number of groups.
        groups: u32,
        /// Chunks of all groups.
        chunks: u32,
        /// 0: active positions compete, 1: inactive ones.
        candidates: u32,
        /// Shift of the digit looked at.
        shift: u32,
        /// Bits of the digits above it.
        known: u32,
    }
    /// Positions of one group.
    TopkRange {
        /// First position.
        start: u32,
        /// One past the last position.
        end: u32,
        /// Chunks of the groups before.
        first_chunk: u32,
    }
    /// Lines of a layer's sparse index: output rows or input channels of a weight
    /// `[out, in, taps]`.
    IndexParams {
        /// First position of the layer in the mask.
        offset: u32,
        /// Number of lines.
        lines: u32,
        /// Entries of a line.
        entries: u32,
        /// Entries that are neighbours in the weight.
        run: u32,
        /// Distance between the starts of two runs.
        jump: u32,
        /// Distance between the starts of two lines.
        step: u32,
    }
    /// Values under a mask.
    MaskParams {
        /// Values that the mask covers.
        masked: u32,
    }
    /// Counts to be summed.
    PrefixSumParams {
        /// Number of counts.
        count: u32,
    }
}

impl InParts for Conv2dParams {
    fn starting_at(self, first_group: u32) -> Self {
        Self {
            first_group,
            ..self
        }
    }
}

impl InParts for ProductParams {
    fn starting_at(self, first_group: u32) -> Self {
        Self {
            first_group,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use naga::{ArraySize, Module, StructMember, TypeInner};

    use super::ALL;
    use crate::KERNELS;

    #[test]
    fn every_twin_has_the_layout_of_its_wgsl_struct() {
        let mut seen = Vec::new();
        for kernel in KERNELS {
            let module = naga::front::wgsl::parse_str(kernel.source).expect("valid WGSL");
            let (_, params) = module
                .global_variables
                .iter()
                .find(|(_, variable)| variable.name.as_deref() == Some("params"))
                .unwrap_or_else(|| panic!("{}: no params", kernel.name));
            let mut structs = vec![params.ty];
            while let Some(handle) = structs.pop() {
                let ty = &module.types[handle];
                let TypeInner::Struct { members, .. } = &ty.inner else {
                    panic!("{}: params are no struct", kernel.name)
                };
                let name = ty.name.as_deref().expect("a struct has a name");
                let fields = fields(&module, members, &mut structs);
                let twin = ALL.iter().find(|(twin, _)| *twin == name);
                let (_, expected) = twin.unwrap_or_else(|| panic!("{name}: no twin"));
                let expected: Vec<_> = expected
                    .iter()
                    .map(|&(field, offset)| (field.to_owned(), offset as u32))
                    .collect();
                assert_eq!(fields, expected, "{}: {name}", kernel.name);
                seen.push(name.to_owned());
            }
        }
        for (name, _) in ALL {
            assert!(
                seen.contains(&(*name).to_owned()),
                "{name}: no kernel has it"
            );
        }
    }

    /// Scalar fields with their offsets. If an array of structs ends a twin, its struct is added to
    /// the list.
    fn fields(
        module: &Module,
        members: &[StructMember],
        structs: &mut Vec<naga::Handle<naga::Type>>,
    ) -> Vec<(String, u32)> {
        let mut fields = Vec::new();
        for member in members {
            match &module.types[member.ty].inner {
                TypeInner::Scalar(scalar) if scalar.width == 4 => {
                    fields.push((member.name.clone().expect("a name"), member.offset));
                }
                TypeInner::Array {
                    base,
                    size: ArraySize::Dynamic,
                    ..
                } => {
                    let head = fields.len() as u32 * 4;
                    assert_eq!(member.offset, head, "the array follows the head at once");
                    structs.push(*base);
                }
                other => panic!("{:?}: {other:?} is no parameter", member.name),
            }
        }
        fields
    }
}
