//! Whom the program trusts, and what it says of whom it does not.

use atlas_sandbox::Options;

use super::authority::Authority;
use super::tunnel::Tunnel;
use crate::world::{Invocation, World, sandbox};

/// Arguments and variables.
type Way<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

const H2: [&str; 2] = ["h2", "http/1.1"];

/// A run against `localhost` behind TLS, on a machine whose only trusted authority is in `system.pem`.
fn aimed(world: &World, tunnel: &Tunnel) -> Invocation {
    world.write("system.pem", Authority::new("the system's").pem());
    world.invite(&format!("https://localhost:{}", tunnel.port())).env("SSL_CERT_FILE", "system.pem")
}

#[test]
fn an_authority_of_the_company_is_trusted_wherever_it_is_named() {
    let authority = Authority::new("a company's");
    let server = sandbox(Options::default());
    let tunnel = Tunnel::start(&server, authority.issue("localhost"), &H2);
    let world = World::with_people(3);
    std::fs::create_dir(world.path("authorities")).unwrap();
    let text = "these are the company's\n";
    world.write("company.pem", format!("{text}{}{}", Authority::new("another").pem(), authority.pem()));
    world.write("authorities/one.pem", authority.pem());
    world.write("config.toml", "[company]\nca_cert = \"company.pem\"\n");
    let ways: [Way; 6] = [
        (&["--ca-cert", "company.pem"], &[]),
        (&[], &[("BULK_INVITE_CA_CERT", "company.pem")]),
        (&["--config", "config.toml", "--profile", "company"], &[]),
        (&[], &[("SSL_CERT_FILE", "company.pem")]),
        (&[], &[("SSL_CERT_DIR", "authorities"), ("SSL_CERT_FILE", "system.pem")]),
        // The company's will do where the system has none.
        (&["--ca-cert", "company.pem"], &[("SSL_CERT_FILE", "missing.pem")]),
    ];
    for (arguments, variables) in ways {
        let run = aimed(&world, &tunnel).args(&["--fresh"]).args(arguments);
        variables.iter().fold(run, |run, (name, value)| run.env(name, value)).finish().exits(0);
    }
    assert_eq!(server.sandbox().ledger().created.len(), 3);
    let shown = world.program(&["config", "show", "--config", "config.toml", "--profile", "company"]).finish();
    let line = shown.stdout.lines().find(|line| line.starts_with("ca_cert ")).expect("a line");
    assert!(line.contains("company.pem") && line.contains("profile company"), "{}", shown.told());
}

#[test]
fn a_certificate_that_cannot_be_trusted_ends_the_run_at_once_with_the_remedy() {
    let authority = Authority::new("a company's");
    let server = sandbox(Options::default());
    for (identity, trusted, says) in [
        (authority.issue("localhost"), "system.pem", ["issued by nobody whom this machine trusts", "--ca-cert FILE"]),
        (authority.issue("atlas.example.com"), "company.pem", ["another name (atlas.example.com)", "--base-url"]),
        (authority.issue_until("localhost", 2020), "company.pem", ["has expired", "have it renewed"]),
    ] {
        let world = World::with_people(3);
        world.write("company.pem", authority.pem());
        let tunnel = Tunnel::start(&server, identity, &H2);
        let run = aimed(&world, &tunnel).args(&["--ca-cert", trusted]).finish();
        let whose = format!("the certificate of localhost:{} ", tunnel.port());
        run.halts_saying(&[&whose, says[0], says[1], "-> nothing is sent where a certificate cannot be trusted"]);
        assert_eq!(world.results().count("not_sent"), 3, "{}", run.told());
        assert_eq!(tunnel.connections(), 1, "trying again is in vain {}", run.told());
        let check = world.program(&["check", "people.csv", "--ca-cert", trusted]).env("SSL_CERT_FILE", "system.pem");
        let check = check.aimed_at(&format!("https://localhost:{}", tunnel.port()));
        let check = check.credential(crate::world::Credential::ServiceAccount).finish();
        check.exits(2).says(&whose).says(says[0]).says("--offline");
    }
    assert_eq!(server.sandbox().ledger().total_requests(), 0);
}

#[test]
fn a_server_without_tls_is_told_as_such() {
    let server = sandbox(Options::default());
    let world = World::with_people(1);
    let base_url = server.base_url().replace("http://", "https://");
    world.invite(&base_url).args(&["--max-attempts", "1"]).finish().halts_saying(&["answers, but not with TLS"]);
}
