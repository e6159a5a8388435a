//! Builds the program again when the pages were built again. Nothing is made here: the pages are built by
//! `cargo xtask pages`, and a program without pages says so.

fn main() {
    let built = std::path::Path::new("../portal/dist").exists();
    // A folder that is not there would have everything built every time.
    println!("cargo:rerun-if-changed={}", if built { "../portal/dist" } else { "build.rs" });
}
