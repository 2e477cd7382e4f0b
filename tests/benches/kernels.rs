//! Passes through a convolution layer on the CPU, kernel by kernel: `cargo bench --workspace --bench kernels`.

use divan::{Bencher, counter::ItemsCount};
use pollster::block_on;
use tightrope_core::{
    device::{self, DeviceChoice},
    kernel::{
        choice::Kernel,
        measure::{DENSITIES, DIRECTIONS, Direction, LAYERS, Prepared},
    },
};

fn main() {
    divan::main();
}

/// A layer's place in [`LAYERS`] with a kernel and the density it meets.
fn cases() -> Vec<(usize, Kernel, f64)> {
    let kernels: Vec<(Kernel, f64)> = std::iter::once((Kernel::Dense, 1.0))
        .chain(DENSITIES.map(|density| (Kernel::Sparse, density)))
        .collect();
    (0..LAYERS.len())
        .flat_map(|layer| {
            kernels
                .iter()
                .map(move |&(kernel, density)| (layer, kernel, density))
        })
        .collect()
}

fn pass(bencher: Bencher, direction: Direction, (layer, kernel, density): (usize, Kernel, f64)) {
    let cpu = block_on(device::open(DeviceChoice::Cpu)).expect("there is always a CPU");
    let prepared = Prepared::new(LAYERS[layer], density, &cpu.device);
    bencher
        .counter(ItemsCount::new(prepared.multiply_adds()))
        .bench(|| block_on(prepared.pass(direction, kernel)).expect("a pass"));
}

#[divan::bench(args = cases(), sample_count = 10, sample_size = 1)]
fn forward(bencher: Bencher, case: &(usize, Kernel, f64)) {
    pass(bencher, DIRECTIONS[0], *case);
}

#[divan::bench(args = cases(), sample_count = 10, sample_size = 1)]
fn input_gradient(bencher: Bencher, case: &(usize, Kernel, f64)) {
    pass(bencher, DIRECTIONS[1], *case);
}

#[divan::bench(args = cases(), sample_count = 10, sample_size = 1)]
fn weight_gradient(bencher: Bencher, case: &(usize, Kernel, f64)) {
    pass(bencher, DIRECTIONS[2], *case);
}
