//! Link settings of the PHP extension. A build without the `php` feature needs nothing.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // PHP's own symbols are resolved when PHP loads the extension.
    if cfg!(feature = "php") && cfg!(target_os = "macos") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-undefined,dynamic_lookup");
    }
}
