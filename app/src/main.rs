//! Tightrope: train sparse GANs in balance, compare methods, see the balance.

#[cfg(not(target_arch = "wasm32"))]
mod cli;
mod comparison;
mod device;
mod estimate;
mod export;
mod gui;
#[cfg(not(target_arch = "wasm32"))]
mod interruption;
mod lab;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod part;
mod paths;
mod report;
mod story;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    native::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {
    web::main();
}
