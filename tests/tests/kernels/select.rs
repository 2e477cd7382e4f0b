//! Selection, index and mask kernels against their CPU twins, at awkward sizes.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tightrope_core::{
    kernel::{
        cpu::{self, index::LayerIndex},
        index::{LayerSlice, build_index},
        mask::mask_apply,
        select::top_k,
    },
    sparse::select::{Candidates, Group},
};
use tightrope_tests::devices;

fn tensor(values: &[f32], device: &Device) -> Tensor<1> {
    Tensor::from_data(
        TensorData::new(values.to_vec(), [values.len()]),
        (device, DType::F32),
    )
}

fn floats(tensor: Tensor<1>) -> Vec<f32> {
    tensor.into_data().try_to_vec().expect("f32 values")
}

fn integers(tensor: Tensor<1, Int>) -> Vec<i32> {
    if tensor.dims() == [0] {
        Vec::new()
    } else {
        tensor.into_data().try_to_vec().expect("i32 values")
    }
}

/// Scores of one kind: all distinct, many ties, or all zero.
fn scores(kind: &str, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let draws = (0..n).map(|_| rng.random_range(-1.0..1.0_f32));
    match kind {
        "distinct" => draws.collect(),
        "ties" => draws.map(|x| (x * 2.0).round()).collect(),
        "tiny" => draws.map(|x| x * 1e-39).collect(),
        _ => vec![0.0; n],
    }
}

/// Everything as one group, as halves with a gap between them, and as many unequal layers.
fn groupings(n: usize, k: usize) -> Vec<Vec<Group>> {
    let half = n / 2;
    let mut layers = Vec::new();
    let mut start = 0;
    while start < n {
        let len = (1 + layers.len() * 97).min(n - start);
        layers.push(Group {
            start,
            len,
            k: len * k / n,
        });
        start += len;
    }
    vec![
        vec![Group {
            start: 0,
            len: n,
            k,
        }],
        vec![
            Group {
                start: 0,
                len: half.saturating_sub(1),
                k: k / 2,
            },
            Group {
                start: half,
                len: n - half,
                k: k / 3 + 1,
            },
        ],
        layers,
    ]
}

fn check_selection(name: &str, device: &Device, kind: &str, n: usize, rng: &mut ChaCha8Rng) {
    let scores = scores(kind, n, rng);
    let mask: Vec<f32> = (0..n).map(|_| f32::from(rng.random_bool(0.4))).collect();
    let (on_device, mask_on_device) = (tensor(&scores, device), tensor(&mask, device));
    for candidates in [Candidates::Active, Candidates::Inactive] {
        for k in [0, 1, n / 5, n] {
            for groups in groupings(n, k) {
                let ours = top_k(
                    on_device.clone(),
                    mask_on_device.clone(),
                    candidates,
                    &groups,
                );
                let twin = cpu::select::top_k(&scores, |i| candidates.admits(mask[i]), &groups);
                let twin: Vec<f32> = twin.into_iter().map(f32::from).collect();
                let count = groups.len();
                assert!(
                    floats(ours) == twin,
                    "{name}: {kind} scores, n {n}, k {k}, {candidates:?}, {count} groups"
                );
            }
        }
    }
}

#[test]
fn selection_is_exact() {
    for (name, device) in devices::all() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for n in [1, 63, 64, 65, 257, 4096, 4097, 70_000] {
            for kind in ["distinct", "ties", "tiny", "zero"] {
                check_selection(name, &device, kind, n, &mut rng);
            }
        }
    }
}

#[test]
fn selection_passes_through_autodiff_without_a_gradient() {
    for (name, device) in devices::all() {
        let device = device.autodiff();
        let weights = tensor(&[0.1, -3.0, 2.0, 0.5], &device).require_grad();
        let group = [Group {
            start: 0,
            len: 4,
            k: 2,
        }];
        let ours = top_k(
            weights,
            tensor(&[1.0; 4], &device),
            Candidates::Active,
            &group,
        );
        assert_eq!(floats(ours), [0.0, 1.0, 1.0, 0.0], "{name}");
    }
}

#[test]
fn indices_agree() {
    let shapes = [
        (1, 1, 1),
        (3, 5, 1),
        (7, 3, 9),
        (64, 65, 9),
        (300, 2, 1),
        (2, 700, 1),
        (1, 257, 1),
    ];
    for (name, device) in devices::all() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for (out, inputs, taps) in shapes {
            for density in [0.0, 0.1, 0.5, 1.0] {
                let layer = LayerSlice {
                    start: 13,
                    out,
                    inputs,
                    taps,
                };
                let whole: Vec<f32> = (0..layer.size() + 40)
                    .map(|_| f32::from(rng.random_bool(density)))
                    .collect();
                let twin = LayerIndex::new(&whole[13..13 + layer.size()], out, inputs, taps);
                let index = build_index(tensor(&whole, &device), layer, twin.nnz());
                let place = format!("{name}: {layer:?} at density {density}");
                assert_eq!(index.nnz, twin.nnz(), "{place}");
                assert_eq!(
                    integers(index.row_ptr),
                    twin.row_ptr,
                    "{place}, row pointers"
                );
                assert_eq!(
                    integers(index.row_pos),
                    twin.row_pos,
                    "{place}, row positions"
                );
                assert_eq!(
                    integers(index.col_ptr),
                    twin.col_ptr,
                    "{place}, column pointers"
                );
                assert_eq!(
                    integers(index.col_pos),
                    twin.col_pos,
                    "{place}, column positions"
                );
            }
        }
    }
}

#[test]
fn masks_zero_what_is_inactive_and_leave_the_rest() {
    for (name, device) in devices::all() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for (masked, all) in [(1, 1), (63, 70), (257, 300), (70_000, 70_001)] {
            let values = scores("distinct", all, &mut rng);
            let mask: Vec<f32> = (0..masked)
                .map(|_| f32::from(rng.random_bool(0.5)))
                .collect();
            let before = tensor(&values, &device);
            let after = mask_apply(before.clone(), tensor(&mask, &device));
            let expected: Vec<u32> = (0..all)
                .map(|i| {
                    if i < masked && mask[i] == 0.0 {
                        0.0
                    } else {
                        values[i]
                    }
                })
                .map(f32::to_bits)
                .collect();
            let bits: Vec<u32> = floats(after).into_iter().map(f32::to_bits).collect();
            assert_eq!(bits, expected, "{name}, {masked} of {all}");
            assert_eq!(floats(before), values, "{name}: the operand is untouched");
        }
    }
}
