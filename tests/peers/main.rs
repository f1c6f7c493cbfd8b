//! The clients that people use, as judges of the sandbox. `run.sh` says which they are and what it asks of them; a judge
//! that is not installed is skipped by name.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::Command;

#[test]
fn the_clients_that_people_use_can_use_the_sandbox() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/atlas-sandbox/tests/peers/curl.sh");
    let scratch = tempfile::tempdir().unwrap();
    let mut command = Command::new("bash");
    command.arg(script).arg(env!("CARGO_BIN_EXE_bulk-invite")).current_dir(scratch.path());
    // Nothing of whoever runs the tests but where programs are.
    command.env_clear().env("HOME", scratch.path()).env("TMPDIR", scratch.path()).env("PYTHONDONTWRITEBYTECODE", "1");
    command.envs(["PATH", "PEERS_PYTHON"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    let output = match command.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let _ = writeln!(std::io::stderr(), "skipped: bash is not installed");
            return;
        }
        output => output.unwrap(),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    // Written past the capture of the test harness, so that nobody takes a skipped judge for a satisfied one.
    for skipped in said.lines().filter(|line| line.starts_with("skipped: ")) {
        let _ = writeln!(std::io::stderr(), "{skipped}");
    }
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
