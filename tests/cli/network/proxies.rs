//! Proxies: which are used, and that one that refuses halts the run.

use std::net::TcpListener;

use atlas_sandbox::{Options, Running};

use super::authority::Authority;
use super::proxy::{Manner, Proxy};
use super::tunnel::Tunnel;
use crate::world::{Credential, Invocation, World, sandbox};

/// `Basic` of `clerk` and `p@ss:w0rd`.
const CREDENTIAL: &str = "Basic Y2xlcms6cEBzczp3MHJk";
const USER_INFO: &str = "clerk:p%40ss%3Aw0rd@";

/// A sandbox behind TLS, under a name that is not this machine's and under an address that no rule counts as its own.
struct Site {
    world: World,
    authority: Authority,
    server: Running,
    tunnel: Tunnel,
}

impl Site {
    fn new(name: &str) -> Self {
        let (authority, server) = (Authority::new("a company's"), sandbox(Options::default()));
        let tunnel = Tunnel::start(&server, authority.issue(name), &["h2", "http/1.1"]);
        let world = World::with_people(2);
        world.write("company.pem", authority.pem());
        Self { world, authority, server, tunnel }
    }

    fn proxy(&self, manner: Manner) -> Proxy {
        Proxy::start(manner, self.tunnel.address())
    }

    fn invite(&self, base_url: &str) -> Invocation {
        self.world.invite(base_url).args(&["--fresh", "--ca-cert", "company.pem"])
    }
}

#[test]
fn each_proxy_variable_is_used() {
    let site = Site::new("atlas.example.com");
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        for (manner, user_info) in [(Manner::Open, ""), (Manner::Guarded(CREDENTIAL), USER_INFO)] {
            let proxy = site.proxy(manner);
            let url = format!("http://{user_info}{}", proxy.authority());
            site.invite("https://atlas.example.com").env(variable, &url).finish().exits(0);
            let asked = proxy.asked();
            assert!(!asked.is_empty() && asked.iter().all(|host| host == "atlas.example.com:443"), "{asked:?}");
        }
    }
    // Without a scheme, as many write it, and by SOCKS, with the name resolved over there.
    let proxy = site.proxy(Manner::Open);
    site.invite("https://atlas.example.com").env("HTTPS_PROXY", &proxy.authority()).finish().exits(0);
    let proxy = site.proxy(Manner::Socks);
    let url = format!("socks5h://{}", proxy.authority());
    site.invite("https://atlas.example.com").env("ALL_PROXY", &url).finish().exits(0);
    assert_eq!(proxy.asked()[0], "atlas.example.com:443");
    assert_eq!(site.server.sandbox().ledger().created.len(), 2);
}

#[test]
fn a_proxy_behind_tls_is_trusted_as_atlas_is() {
    let site = Site::new("atlas.example.com");
    let proxy = site.proxy(Manner::Guarded(CREDENTIAL));
    let front = |name: &str| Tunnel::before(proxy.address(), site.authority.issue(name), &["http/1.1"]);
    let run = |front: &Tunnel| {
        let url = format!("https://{USER_INFO}{}", front.address());
        site.invite("https://atlas.example.com").env("HTTPS_PROXY", &url).summed().finish()
    };
    run(&front("127.0.0.1")).exits(0);
    assert_eq!(proxy.asked()[0], "atlas.example.com:443");
    let wrong = front("proxy.example.com");
    run(&wrong).is_blocked("CERTIFICATE_REJECTED");
    assert_eq!(wrong.connections(), 1);
}

#[test]
fn no_proxy_and_plain_http_bypass_the_proxy() {
    // Of this machine, but no loopback address.
    let site = Site::new("0.0.0.0");
    let base_url = format!("https://0.0.0.0:{}", site.tunnel.port());
    for (variables, used) in [
        ([("HTTPS_PROXY", true), ("NO_PROXY", false)], true),
        ([("HTTPS_PROXY", true), ("NO_PROXY", true)], false),
        ([("https_proxy", true), ("no_proxy", true)], false),
        ([("HTTP_PROXY", true), ("http_proxy", true)], false),
    ] {
        let proxy = site.proxy(Manner::Open);
        let run = variables.into_iter().fold(site.invite(&base_url), |run, (name, set)| match name {
            "NO_PROXY" | "no_proxy" => run.env(name, if set { "example.org, 0.0.0.0/32" } else { "example.org" }),
            _ => run.env(name, &proxy.url()),
        });
        run.finish().exits(0);
        assert_eq!(!proxy.asked().is_empty(), used, "{variables:?} {:?}", proxy.asked());
    }
}

#[test]
fn a_rehearsal_needs_no_proxy() {
    let world = World::with_people(2);
    let run = world.program(&["run", "people.csv", "--sandbox"]);
    let names = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
    names.into_iter().fold(run, |run, name| run.env(name, "http://127.0.0.1:1")).finish().exits(0);
}

#[test]
fn a_proxy_that_refuses_halts_the_run_with_nothing_sent() {
    let site = Site::new("atlas.example.com");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let wrong = "clerk:hush-hush@";
    let forbidden = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n";
    for (manner, user_info, lasting, reason) in [
        (Some(Manner::Guarded(CREDENTIAL)), "", true, "PROXY_REFUSED"),
        (Some(Manner::Guarded(CREDENTIAL)), wrong, true, "PROXY_REFUSED"),
        (Some(Manner::Refusing(forbidden)), USER_INFO, false, "PROXY_REFUSED"),
        (Some(Manner::Refusing("")), wrong, false, "PROXY_REFUSED"),
        (None, wrong, false, "UNREACHABLE"),
    ] {
        let proxy = manner.map(|manner| site.proxy(manner));
        let authority = proxy.as_ref().map_or(closed.clone(), Proxy::authority);
        for credential in Credential::ALL {
            let run = site.invite("https://atlas.example.com").credential(credential);
            let run = run.args(&["--max-attempts", if lasting { "5" } else { "1" }, "--log-format", "json"]);
            let run = run.env("HTTPS_PROXY", &format!("http://{user_info}{authority}")).summed().finish();
            run.is_blocked(reason);
            let results = site.world.read("people.results.csv");
            for secret in ["hush-hush", "w0rd", "clerk"] {
                assert!(!run.stderr.contains(secret) && !results.contains(secret), "{secret} {}", run.output());
            }
            assert_eq!(site.world.results().count("not_sent"), 2, "{}", run.output());
        }
        if let Some(proxy) = proxy {
            assert_eq!(proxy.asked().len(), Credential::ALL.len(), "it is not tried again");
        }
    }
    assert_eq!(site.server.sandbox().ledger().total_requests(), 0);
}
