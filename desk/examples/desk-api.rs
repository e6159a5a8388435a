//! Prints the description of the desk's API: `cargo run -q -p tacit-desk --example desk-api > portal/openapi.json`.

fn main() {
    print!("{}", tacit_desk::portal::description());
}
