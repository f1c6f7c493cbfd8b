//! Servers that accept a connection and never answer.

use std::net::TcpListener;

use crate::world::World;

/// A listener that never accepts: the system makes the connection all the same.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address").to_string();
    (listener, address)
}

#[test]
fn connecting_ends_at_its_timeout() {
    let (_listener, address) = silent();
    let world = World::with_people(2);
    world.write("config.toml", "[hasty]\nconnect_timeout = \"40ms\"\n");
    for arguments in [["--connect-timeout", "30ms"].as_slice(), &["--config", "config.toml", "--profile", "hasty"]] {
        let run = world
            .invite(&format!("https://{address}"))
            .args(&["--max-attempts", "1"])
            .args(arguments)
            .summed()
            .finish();
        run.is_blocked("UNREACHABLE");
        assert_eq!(world.results().column("error_code"), ["ORGANIZATION_BLOCKED"; 2], "{}", run.output());
    }
}

#[test]
fn the_time_for_a_request_counts_connecting_and_waiting() {
    let (_listener, address) = silent();
    let world = World::with_people(2);
    for scheme in ["http", "https"] {
        let run = world.invite(&format!("{scheme}://{address}"));
        let run = run.args(&["--timeout", "50ms", "--settle", "0s", "--max-attempts", "1"]).summed().finish();
        run.is_blocked("NOT_ANSWERING");
        assert_eq!(world.results().column("error_code"), ["ORGANIZATION_BLOCKED"; 2], "{}", run.output());
    }
}
