//! The sandbox as a process of its own, as `bulk-invite sandbox` starts it.

use std::io::{Read, Write};
use std::net::TcpStream;

use atlas_sandbox::{ORGANIZATION, Running, TOKEN};
use serde_json::Value;

use super::{Process, World, wait_until};

/// `bulk-invite sandbox` on a free port; stopped when it is dropped.
pub(crate) struct SandboxProcess {
    process: Process,
    address: String,
}

impl SandboxProcess {
    /// Starts it with these arguments and waits until it prints its address.
    pub(crate) fn start(world: &World, arguments: &[&str]) -> Self {
        let process = world.program(&["sandbox", "--listen", "127.0.0.1:0"]).args(arguments).start();
        wait_until("the sandbox listens", || process.stdout().contains('\n'));
        let stdout = process.stdout();
        let (_, address) = stdout.split_once("http://").unwrap_or_else(|| panic!("no address in {stdout:?}"));
        let address = address.split_whitespace().next().expect("an address").to_owned();
        Self { process, address }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns its standard output.
    pub(crate) fn stdout(&self) -> String {
        self.process.stdout()
    }

    /// Returns its organization and ledger.
    pub(crate) fn state(&self) -> Value {
        let mut stream = TcpStream::connect(&self.address).expect("a connection to the sandbox");
        let request = format!("GET /_sandbox/state HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).expect("a request");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("a response");
        let (_, body) = response.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }
}

/// Sends a request as another client would, which succeeds.
pub(crate) fn play(server: &Running, method: &str, path: &str) {
    request(server, method, path, "");
}

/// Invites a person as another run with the same token would.
pub(crate) fn invite_elsewhere(server: &Running, email: &str) {
    let body = format!(r#"{{"username":"{email}","roles":["ORG_MEMBER"]}}"#);
    request(server, "POST", &format!("/api/atlas/v2/orgs/{ORGANIZATION}/invites"), &body);
}

fn request(server: &Running, method: &str, path: &str, body: &str) {
    let address = server.base_url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).expect("a connection");
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Accept: application/vnd.atlas.2023-01-01+json\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
}
