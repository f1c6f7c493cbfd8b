//! Secrets stay secret, and credentials go nowhere but to Atlas.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use atlas_sandbox::Options;

use crate::world::{Credential, World, at_once, faults, sandbox};

#[test]
fn no_secret_is_in_any_stream_file_or_process_list() {
    let ends = [("500@#1", 0), ("400:INVALID_ENUM_VALUE@1", 1), ("revoke@#3", 3), ("redirect@1", 3)];
    at_once(ends, |(fault, exit)| {
        for credential in Credential::ALL {
            at_once(["text", "json"], |format| nothing_shows_the_secret(credential, fault, exit, format));
        }
    });
}

fn nothing_shows_the_secret(credential: Credential, fault: &str, exit: i32, format: &str) {
    let world = World::with_people(4);
    let server = sandbox(faults(&[fault]));
    let run = world.invite(&server.base_url()).credential(credential);
    let run =
        run.args(&["--failed", "failed.csv", "--log-format", format, "--summary", "-", "--settle", "50ms"]).start();
    let listed = command_line(run.id());
    let run = run.finish();
    run.exits(exit);
    let files = [world.read("people.results.csv"), world.read("failed.csv")];
    let shown = [run.stdout.as_str(), &run.stderr, &files[0], &files[1], &listed];
    for text in shown {
        assert!(!text.contains(credential.secret()), "{credential:?} {fault} {format}: {text}");
        assert!(!text.contains("Bearer ") && !text.contains("Digest username"), "{credential:?} {fault}: {text}");
    }
}

/// Returns the command line, which every user of the machine can read.
fn command_line(id: u32) -> String {
    let path = format!("/proc/{id}/cmdline");
    if cfg!(target_os = "linux") {
        String::from_utf8_lossy(&std::fs::read(path).expect("its line")).into()
    } else {
        String::new()
    }
}

#[test]
fn refused_credentials_are_not_shown() {
    let secret = "a-secret-that-opens-nothing-here";
    let server = sandbox(Options::default());
    for names in [
        ["MONGODB_ATLAS_ACCESS_TOKEN", "MONGODB_ATLAS_ACCESS_TOKEN"],
        ["MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET"],
        ["MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY"],
    ] {
        let world = World::with_people(2);
        let run = world.program(&["run", "people.csv", "--log-format", "json"]).aimed_at(&server.base_url());
        let run = run.env(names[0], "who").env(names[1], secret).finish();
        run.exits(3);
        assert!(!run.stderr.contains(secret) && !world.read("people.results.csv").contains(secret), "{}", run.output());
    }
}

#[test]
fn a_profile_can_hold_the_credentials() {
    let world = World::with_people(2);
    let server = sandbox(Options::default());
    let profile = format!(
        "[staging]\norg_id = \"{}\"\nbase_url = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n",
        atlas_sandbox::ORGANIZATION,
        server.base_url(),
        atlas_sandbox::CLIENT_ID,
        atlas_sandbox::CLIENT_SECRET,
    );
    std::fs::create_dir(world.path("bulk-invite")).unwrap();
    world.write("bulk-invite/config.toml", profile);
    world.program(&["run", "people.csv", "--profile", "staging"]).finish().exits(0);
    assert_eq!(server.sandbox().ledger().created.len(), 2);
}

#[test]
fn a_redirect_halts_the_run_and_is_not_followed() {
    let world = World::with_people(2);
    for (status, target) in [("307", "creates"), ("301", "lookups"), ("308", "all"), ("302", "tokens")] {
        let server = sandbox(faults(&[&format!("redirect={status}@1/{target}")]));
        let run = world
            .invite(&server.base_url())
            .credential(Credential::ServiceAccount)
            .args(&["--fresh"])
            .summed()
            .finish();
        run.is_blocked("UNEXPECTED_ANSWER");
        assert_eq!(server.sandbox().ledger().created.len(), 0, "{status} {}", run.output());
    }
}

#[test]
fn no_other_host_gets_a_request() {
    let followed = Arc::new(AtomicUsize::new(0));
    let elsewhere = listen(followed.clone(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_owned());
    for status in [301, 302, 303, 307, 308] {
        let asked = Arc::new(AtomicUsize::new(0));
        let answer = format!(
            "HTTP/1.1 {status} Moved\r\nLocation: http://{elsewhere}/api/atlas/v2/orgs\r\nContent-Length: 0\r\n\r\n"
        );
        let here = listen(asked.clone(), answer);
        for credential in Credential::ALL {
            let world = World::with_people(2);
            world.invite(&format!("http://{here}")).credential(credential).finish().exits(3);
        }
        assert!(asked.load(Ordering::SeqCst) >= 3, "{status}: the first host was asked");
    }
    assert_eq!(followed.load(Ordering::SeqCst), 0, "the other host was not");
}

/// Answers every connection so, on a thread that ends with the test program, and counts them.
fn listen(count: Arc<AtomicUsize>, answer: String) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            // A client that goes away is none of our business.
            let _ = stream.read(&mut request).and_then(|_| stream.write_all(answer.as_bytes()));
        }
    });
    address
}
