//! Serves a sandbox until it is stopped: `cargo run --example serve [-- scenario.toml]`.

#![expect(clippy::print_stdout, reason = "the URL is the output")]

use atlas_sandbox::Options;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?.parse()?,
        None => Options::default(),
    };
    let server = atlas_sandbox::start(options)?;
    println!("{}", server.base_url());
    loop {
        std::thread::park();
    }
}
