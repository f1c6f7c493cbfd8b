//! Clients that other people wrote, as judges of the sandbox: curl with the commands of Atlas's own documentation, and
//! Python's `requests` and `httpx`.

use std::path::Path;
use std::process::Command;

use atlas_sandbox::{ORGANIZATION, Options, PRIVATE_KEY, PUBLIC_KEY, TOKEN};

#[test]
#[ignore = "needs bash and curl"]
fn curl_can_invite_people() {
    judge("bash", &["curl.sh"]);
}

#[test]
#[ignore = "needs Python with requests"]
fn python_requests_can_invite_people() {
    judge(&python(), &["clients.py", "requests"]);
}

#[test]
#[ignore = "needs Python with httpx"]
fn python_httpx_can_invite_people() {
    judge(&python(), &["clients.py", "httpx"]);
}

/// Returns the Python that `PEERS_PYTHON` names, or else the one on the path.
fn python() -> String {
    std::env::var("PEERS_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Runs a script against a sandbox of its own, and fails if the script does or cannot be run.
fn judge(program: &str, script: &[&str]) {
    let server = atlas_sandbox::start(Options::default()).expect("a sandbox");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let output = Command::new(program)
        .arg(folder.join(script[0]))
        .args(&script[1..])
        // No settings of the user: only the path, to find programs.
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("HOST", server.base_url())
        .env("ORG", ORGANIZATION)
        .env("ACCESS_TOKEN", TOKEN)
        .env("PUBLIC_KEY", PUBLIC_KEY)
        .env("PRIVATE_KEY", PRIVATE_KEY)
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be run: {error}"));
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
}
