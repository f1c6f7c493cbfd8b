//! Certificates that are not trusted, and proxies that let no request through.

use std::net::TcpListener;

use atlas_sandbox::Options;

use super::Terminal;
use crate::network::{Authority, Manner, Proxy, Tunnel};

const PROTOCOLS: [&str; 2] = ["h2", "http/1.1"];

#[test]
fn certificates_that_are_not_trusted() {
    let mut terminal = Terminal::new(Options::default()).people(1);
    let authority = Authority::new("a company's");
    terminal.world.write("company.pem", authority.pem());
    terminal.world.write("system.pem", Authority::new("the system's").pem());
    for (identity, trusted) in [
        (authority.issue("localhost"), "system.pem"),
        (authority.issue("atlas.example.com"), "company.pem"),
        (authority.issue_until("localhost", 2020), "company.pem"),
    ] {
        let tunnel = Tunnel::start(&terminal.server, identity, &PROTOCOLS);
        for command in ["run people.csv --fresh", "check people.csv"] {
            let to = format!("--base-url https://localhost:{}", tunnel.port());
            terminal.run(&format!("SSL_CERT_FILE=system.pem bulk-invite {command} --ca-cert {trusted} {to}"));
        }
    }
    terminal.hold("halts-certificates");
}

#[test]
fn proxies_that_let_no_request_through() {
    let mut terminal = Terminal::new(Options::default()).people(1);
    let authority = Authority::new("a company's");
    terminal.world.write("company.pem", authority.pem());
    let tunnel = Tunnel::start(&terminal.server, authority.issue("atlas.example.com"), &PROTOCOLS);
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    let guarded = Manner::Guarded("Basic Y2xlcms6cEBzczp3MHJk");
    for (manner, user) in [
        (Some(guarded.clone()), ""),
        (Some(guarded), "clerk:hush@"),
        (Some(Manner::Refusing("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")), ""),
        (Some(Manner::Refusing("")), ""),
        (None, ""),
    ] {
        let proxy = manner.map(|manner| Proxy::start(manner, tunnel.address()));
        let address = proxy.as_ref().map_or(closed, Proxy::address);
        let run = "bulk-invite run people.csv --fresh --max-attempts 1 --ca-cert company.pem";
        terminal.run(&format!("HTTPS_PROXY=http://{user}{address} {run} --base-url https://atlas.example.com"));
    }
    let proxy = Proxy::start(Manner::Open, tunnel.address());
    let front = Tunnel::before(proxy.address(), authority.issue("proxy.example.com"), &["http/1.1"]);
    let run = "bulk-invite run people.csv --fresh --ca-cert company.pem --base-url https://atlas.example.com";
    terminal.run(&format!("HTTPS_PROXY=https://{} {run}", front.address()));
    terminal.hold("halts-proxies");
}
