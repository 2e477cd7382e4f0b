//! The program.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    tightrope::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {
    tightrope::main();
}
