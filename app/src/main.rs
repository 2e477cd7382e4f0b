//! Tightrope: train sparse GANs in balance, compare methods, see the balance.

#[cfg_attr(target_arch = "wasm32", path = "cli/browser.rs")]
mod cli;
mod device;
mod estimate;
mod export;
mod gui;
mod lab;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod paths;
mod problems;
mod report;
mod stand_in;
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
