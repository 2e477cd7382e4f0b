//! Inception-v3 as FID has it: the network of TensorFlow's graph of 2015-12-05, as pytorch-fid
//! carries it. It differs from torchvision's: average pools exclude the padding from their mean,
//! and the last block pools by maximum.

use super::super::plan::{Conv, Engine};

/// The 2048 features of the last pool.
pub fn forward<E: Engine>(e: &mut E, x: &E::Maps) -> E::Maps {
    let x = conv(e, "Conv2d_1a_3x3", x, 32, [3, 3], 2, [0, 0]);
    let x = conv(e, "Conv2d_2a_3x3", &x, 32, [3, 3], 1, [0, 0]);
    let x = same(e, "Conv2d_2b_3x3", &x, 64, [3, 3]);
    let x = e.max_pool(&x, 2, 0);
    let x = same(e, "Conv2d_3b_1x1", &x, 80, [1, 1]);
    let x = conv(e, "Conv2d_4a_3x3", &x, 192, [3, 3], 1, [0, 0]);
    let mut x = e.max_pool(&x, 2, 0);
    for (name, pooled) in [("Mixed_5b", 32), ("Mixed_5c", 64), ("Mixed_5d", 64)] {
        x = block_a(e, name, &x, pooled);
    }
    x = block_b(e, "Mixed_6a", &x);
    for (name, inner) in [
        ("Mixed_6b", 128),
        ("Mixed_6c", 160),
        ("Mixed_6d", 160),
        ("Mixed_6e", 192),
    ] {
        x = block_c(e, name, &x, inner);
    }
    x = block_d(e, "Mixed_7a", &x);
    x = block_e(e, "Mixed_7b", &x, false);
    x = block_e(e, "Mixed_7c", &x, true);
    e.mean(&x)
}

fn conv<E: Engine>(
    e: &mut E,
    name: &str,
    x: &E::Maps,
    outputs: usize,
    kernel: [usize; 2],
    stride: usize,
    pad: [usize; 2],
) -> E::Maps {
    let conv = Conv {
        name: format!("{name}.conv"),
        norm: format!("{name}.bn"),
        outputs,
        kernel,
        stride,
        pad,
        relu: true,
    };
    e.conv(conv, x)
}

/// A convolution that keeps the side.
fn same<E: Engine>(
    e: &mut E,
    name: &str,
    x: &E::Maps,
    outputs: usize,
    kernel: [usize; 2],
) -> E::Maps {
    conv(e, name, x, outputs, kernel, 1, kernel.map(|k| k / 2))
}

/// A convolution that halves the side.
fn half<E: Engine>(e: &mut E, name: &str, x: &E::Maps, outputs: usize) -> E::Maps {
    conv(e, name, x, outputs, [3, 3], 2, [0, 0])
}

/// Convolutions one after the other, each keeping the side.
fn chain<E: Engine>(
    e: &mut E,
    block: &str,
    x: &E::Maps,
    layers: &[(&str, usize, [usize; 2])],
) -> E::Maps {
    layers
        .iter()
        .fold(x.clone(), |x, &(name, outputs, kernel)| {
            same(e, &format!("{block}.{name}"), &x, outputs, kernel)
        })
}

fn block_a<E: Engine>(e: &mut E, block: &str, x: &E::Maps, pooled: usize) -> E::Maps {
    let one = chain(e, block, x, &[("branch1x1", 64, [1, 1])]);
    let five = chain(
        e,
        block,
        x,
        &[("branch5x5_1", 48, [1, 1]), ("branch5x5_2", 64, [5, 5])],
    );
    let three = chain(
        e,
        block,
        x,
        &[
            ("branch3x3dbl_1", 64, [1, 1]),
            ("branch3x3dbl_2", 96, [3, 3]),
            ("branch3x3dbl_3", 96, [3, 3]),
        ],
    );
    let pool = e.mean_pool(x);
    let pool = chain(e, block, &pool, &[("branch_pool", pooled, [1, 1])]);
    e.concat(vec![one, five, three, pool])
}

fn block_b<E: Engine>(e: &mut E, block: &str, x: &E::Maps) -> E::Maps {
    let three = half(e, &format!("{block}.branch3x3"), x, 384);
    let double = chain(
        e,
        block,
        x,
        &[
            ("branch3x3dbl_1", 64, [1, 1]),
            ("branch3x3dbl_2", 96, [3, 3]),
        ],
    );
    let double = half(e, &format!("{block}.branch3x3dbl_3"), &double, 96);
    let pool = e.max_pool(x, 2, 0);
    e.concat(vec![three, double, pool])
}

fn block_c<E: Engine>(e: &mut E, block: &str, x: &E::Maps, inner: usize) -> E::Maps {
    let one = chain(e, block, x, &[("branch1x1", 192, [1, 1])]);
    let seven = chain(
        e,
        block,
        x,
        &[
            ("branch7x7_1", inner, [1, 1]),
            ("branch7x7_2", inner, [1, 7]),
            ("branch7x7_3", 192, [7, 1]),
        ],
    );
    let double = chain(
        e,
        block,
        x,
        &[
            ("branch7x7dbl_1", inner, [1, 1]),
            ("branch7x7dbl_2", inner, [7, 1]),
            ("branch7x7dbl_3", inner, [1, 7]),
            ("branch7x7dbl_4", inner, [7, 1]),
            ("branch7x7dbl_5", 192, [1, 7]),
        ],
    );
    let pool = e.mean_pool(x);
    let pool = chain(e, block, &pool, &[("branch_pool", 192, [1, 1])]);
    e.concat(vec![one, seven, double, pool])
}

fn block_d<E: Engine>(e: &mut E, block: &str, x: &E::Maps) -> E::Maps {
    let three = chain(e, block, x, &[("branch3x3_1", 192, [1, 1])]);
    let three = half(e, &format!("{block}.branch3x3_2"), &three, 320);
    let seven = chain(
        e,
        block,
        x,
        &[
            ("branch7x7x3_1", 192, [1, 1]),
            ("branch7x7x3_2", 192, [1, 7]),
            ("branch7x7x3_3", 192, [7, 1]),
        ],
    );
    let seven = half(e, &format!("{block}.branch7x7x3_4"), &seven, 192);
    let pool = e.max_pool(x, 2, 0);
    e.concat(vec![three, seven, pool])
}

/// With `is_last` it pools by maximum: probably a mistake in the original, but FID is defined by
/// it.
fn block_e<E: Engine>(e: &mut E, block: &str, x: &E::Maps, is_last: bool) -> E::Maps {
    let one = chain(e, block, x, &[("branch1x1", 320, [1, 1])]);
    let three = chain(e, block, x, &[("branch3x3_1", 384, [1, 1])]);
    let three = vec![
        chain(e, block, &three, &[("branch3x3_2a", 384, [1, 3])]),
        chain(e, block, &three, &[("branch3x3_2b", 384, [3, 1])]),
    ];
    let double = chain(
        e,
        block,
        x,
        &[
            ("branch3x3dbl_1", 448, [1, 1]),
            ("branch3x3dbl_2", 384, [3, 3]),
        ],
    );
    let double = vec![
        chain(e, block, &double, &[("branch3x3dbl_3a", 384, [1, 3])]),
        chain(e, block, &double, &[("branch3x3dbl_3b", 384, [3, 1])]),
    ];
    let pool = if is_last {
        e.max_pool(x, 1, 1)
    } else {
        e.mean_pool(x)
    };
    let pool = chain(e, block, &pool, &[("branch_pool", 192, [1, 1])]);
    let parts = [vec![one], three, double, vec![pool]];
    e.concat(parts.into_iter().flatten().collect())
}
