//! `RUST_LOG`: requests and verdicts are logged, as JSON if asked for, and never a secret.

use std::collections::BTreeSet;

use atlas_sandbox::Options;
use serde_json::Value;

use super::authority::Authority;
use super::proxy::{Manner, Proxy};
use super::tunnel::Tunnel;
use crate::world::{Credential, Invocation, World, at_once, faults, sandbox};

/// Every line of standard error as what it has to be.
fn lines(stderr: &str) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let lines: Vec<Value> = stderr.lines().map(line).collect();
    assert!(lines.iter().all(|line| line["event"].is_string() && line["time"].is_string()), "{stderr}");
    lines
}

#[test]
fn no_secret_is_logged_at_any_level() {
    at_once([["http/1.1"].as_slice(), &["h2", "http/1.1"]], |protocols| {
        at_once(Credential::ALL, |credential| {
            at_once(["text", "json"], |format| nothing_shows_a_secret(protocols, credential, format));
        });
    });
}

fn nothing_shows_a_secret(protocols: &[&str], credential: Credential, format: &str) {
    let authority = Authority::new("a company's");
    let server = sandbox(faults(&["503-after@#1"]));
    let tunnel = Tunnel::start(&server, authority.issue("atlas.example.com"), protocols);
    // `clerk` and `hush-hush`.
    let proxy = Proxy::start(Manner::Guarded("Basic Y2xlcms6aHVzaC1odXNo"), tunnel.address());
    let world = World::with_people(2);
    world.write("company.pem", authority.pem());
    let run = world.invite("https://atlas.example.com").credential(credential);
    let run =
        run.args(&["--ca-cert", "company.pem", "--log-format", format, "--settle", "50ms"]).env("RUST_LOG", "trace");
    let run = run.env("HTTPS_PROXY", &format!("http://clerk:hush-hush@{}", proxy.authority())).finish();
    run.exits(0);
    let h2: &[&str] = if protocols.contains(&"h2") { &["h2::"] } else { &[] };
    for target in [&["bulk_invite::atlas", "hyper_util", "rustls"], h2].concat() {
        assert!(run.stderr.contains(target), "nothing is logged by {target}");
    }
    if format == "json" {
        lines(&run.stderr);
    }
    let mut secrets = on_the_wire(&tunnel.passed());
    assert!(!secrets.is_empty() || (protocols.contains(&"h2") && credential != Credential::ServiceAccount));
    secrets.extend([credential.secret(), "hush-hush", "aHVzaC1odXNo"].map(str::to_owned));
    for secret in &secrets {
        let at = run.stderr.lines().find(|line| line.contains(secret.as_str()));
        assert!(at.is_none(), "{protocols:?} {credential:?} {format}: {secret} in {}", at.unwrap_or_default());
    }
}

/// Returns the values of HTTP/1.1's `Authorization` headers, and the tokens that were issued.
fn on_the_wire(passed: &str) -> BTreeSet<String> {
    let headers = passed.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("authorization").then_some(value)
    });
    // Of `Bearer X` and `Basic X` the X, of a Digest the response.
    let headers = headers.filter_map(|value| match value.split_once("response=\"") {
        Some((_, rest)) => rest.split('"').next(),
        None => value.split(' ').nth(1),
    });
    let tokens = passed.split("\"access_token\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    headers.chain(tokens).map(str::to_owned).collect()
}

fn debugged(world: &World, base_url: &str) -> Invocation {
    world.invite(base_url).args(&["--log-format", "json"]).env("RUST_LOG", "bulk_invite=debug")
}

#[test]
fn requests_and_verdicts_are_logged_without_addresses() {
    let world = World::with_people(3);
    let server = sandbox(faults(&["503-after@#1", "429@#2"]));
    let run = debugged(&world, &server.base_url()).args(&["--settle", "50ms"]).finish();
    run.exits(0);
    let lines = lines(&run.stderr);
    let logged: Vec<&Value> = lines.iter().filter(|line| line["event"] == "log").collect();
    for (field, value) in [
        ("method", Value::from("POST")),
        ("status", 503.into()),
        ("path", "/api/atlas/v2/orgs/5a4db0c5a4db0c5a4db0c5a4/users".into()),
        ("verdict", "in doubt".into()),
        ("verdict", "created".into()),
        ("set", "Organization".into()),
    ] {
        let line = logged.iter().find(|line| line[field] == value && line["level"] == "DEBUG");
        assert!(line.is_some(), "no {field} {value} {}", run.output());
    }
    for line in logged {
        assert!(!line.to_string().contains("example.com") && !line.to_string().contains("%40"), "{line}");
        assert!(line["target"].as_str().is_some_and(|target| target.starts_with("bulk_invite")), "{line}");
    }
}

#[test]
fn nothing_is_logged_unless_it_is_asked_for() {
    let world = World::with_people(1);
    let server = sandbox(Options::default());
    for quiet in ["", "off", "bulk_invite=error"] {
        let run = debugged(&world, &server.base_url()).env("RUST_LOG", quiet).args(&["--fresh"]).finish();
        run.exits(0);
        assert!(lines(&run.stderr).iter().all(|line| line["event"] != "log"), "{}", run.output());
    }
}
