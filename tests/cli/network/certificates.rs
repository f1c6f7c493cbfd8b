//! Which certificates the program trusts.

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
fn a_company_authority_is_trusted_however_it_is_named() {
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
        // The company's is enough if the system has none.
        (&["--ca-cert", "company.pem"], &[("SSL_CERT_FILE", "missing.pem")]),
    ];
    for (arguments, variables) in ways {
        let run = aimed(&world, &tunnel).args(&["--fresh"]).args(arguments);
        variables.iter().fold(run, |run, (name, value)| run.env(name, value)).finish().exits(0);
    }
    assert_eq!(server.sandbox().ledger().created.len(), 3);
}

#[test]
fn an_untrusted_certificate_halts_the_run_at_once() {
    let authority = Authority::new("a company's");
    let server = sandbox(Options::default());
    for (identity, trusted) in [
        (authority.issue("localhost"), "system.pem"),
        (authority.issue("atlas.example.com"), "company.pem"),
        (authority.issue_until("localhost", 2020), "company.pem"),
    ] {
        let world = World::with_people(3);
        world.write("company.pem", authority.pem());
        let tunnel = Tunnel::start(&server, identity, &H2);
        let run = aimed(&world, &tunnel).args(&["--ca-cert", trusted]).summed().finish();
        run.is_blocked("CERTIFICATE_REJECTED");
        assert_eq!(world.results().column("error_code"), ["ORGANIZATION_BLOCKED"; 3], "{}", run.output());
        assert_eq!(tunnel.connections(), 1, "it is not tried again {}", run.output());
        let check = world.program(&["check", "people.csv", "--ca-cert", trusted]).env("SSL_CERT_FILE", "system.pem");
        let check = check.aimed_at(&format!("https://localhost:{}", tunnel.port()));
        let check = check.credential(crate::world::Credential::ServiceAccount).finish();
        check.exits(2);
    }
    assert_eq!(server.sandbox().ledger().total_requests(), 0);
}
