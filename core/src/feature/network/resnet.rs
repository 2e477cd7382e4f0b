//! The ResNets for CIFAR-10 of He et al. 2016, section 4.2, as pytorch_resnet_cifar10 carries them.

use super::{
    super::plan::{Conv, Engine},
    Scale,
};

/// ImageNet's mean and deviation, used in the training of those networks.
pub const SCALE: Scale = Scale::Standard([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

/// The 64 features of the last pool.
pub fn forward<E: Engine>(e: &mut E, x: &E::Maps, blocks: usize) -> E::Maps {
    let mut x = conv(e, "", 1, x, 16, 1, true);
    for (stage, channels) in [16, 32, 64].into_iter().enumerate() {
        for block in 0..blocks {
            let is_smaller = stage > 0 && block == 0;
            let place = format!("layer{}.{block}.", stage + 1);
            let inner = conv(
                e,
                &place,
                1,
                &x,
                channels,
                if is_smaller { 2 } else { 1 },
                true,
            );
            let inner = conv(e, &place, 2, &inner, channels, 1, false);
            if is_smaller {
                x = e.shortcut(&x, channels);
            }
            x = e.add_relu(&inner, &x);
        }
    }
    e.mean(&x)
}

fn conv<E: Engine>(
    e: &mut E,
    place: &str,
    number: usize,
    x: &E::Maps,
    outputs: usize,
    stride: usize,
    relu: bool,
) -> E::Maps {
    let conv = Conv {
        name: format!("{place}conv{number}"),
        norm: format!("{place}bn{number}"),
        outputs,
        kernel: [3, 3],
        stride,
        pad: [1, 1],
        relu,
    };
    e.conv(conv, x)
}
