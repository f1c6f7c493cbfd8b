//! Commands that are refused: exit code 2, one error on standard error, nothing sent, nothing written.
//!
//! `text::refusals` holds that line, for the same commands.

use std::collections::BTreeMap;

use atlas_sandbox::{Options, Running};

use crate::world::{World, at_once, sandbox};

/// Commands of one theme, and the world in which they are refused.
pub(crate) struct Refusals {
    pub(crate) theme: &'static str,
    prepare: fn(&World, &Running),
    pub(crate) lines: &'static [&'static str],
}

impl Refusals {
    /// Returns a world that is prepared, and a sandbox with which it has its credential.
    pub(crate) fn prepared(&self) -> (World, Running) {
        let (world, server) = (World::new(), sandbox(Options::default()));
        (self.prepare)(&world, &server);
        (world, server)
    }
}

/// A secret in a command or a file, which no message may show.
const SECRET: &str = "hush";

const PEOPLE: &str = "email,roles\nada@example.com,ORG_MEMBER\n";

fn people(world: &World, _: &Running) {
    world.write("people.csv", PEOPLE);
}

/// Each theme with its commands.
pub(crate) const ALL: [Refusals; 10] = [
    Refusals {
        theme: "sheets",
        prepare: |world, server| {
            people(world, server);
            world.write("no-email.csv", "name,roles\nAda,ORG_MEMBER\n");
            world.write("no-header.csv", "ada@example.com,ORG_MEMBER\n");
            world.write("empty.csv", "");
            world.write("no-roles.csv", "email\nada@example.com\n");
            world.write(
                "quotes.csv",
                "email,roles,name\nada@example.com,member,\"Ada\nbob@example.com,member,\"Bob\"\n",
            );
            world.write("unclosed.csv", "email,roles,name\nada@example.com,member,\"Ada\nbob@example.com,member,Bob\n");
            world.write("wide.csv", format!("email,roles{}x\nada@example.com,member\n", ",".repeat(33_000)));
            world.write("web-page.xls", "<table><tr><td>email</td></tr></table>");
            world.write("damaged.xlsx", "PK\u{3}\u{4}rest");
            world.write("old.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
            world.write("book.xlsx", crate::sheets::workbook(&[&["email", "roles"], &["ada@example.com", "member"]]));
        },
        lines: &[
            "bulk-invite run no-email.csv",
            "bulk-invite run no-header.csv",
            "bulk-invite run empty.csv",
            "bulk-invite run no-roles.csv",
            "bulk-invite run quotes.csv",
            "bulk-invite check quotes.csv",
            "bulk-invite run unclosed.csv",
            "bulk-invite run wide.csv",
            "bulk-invite run web-page.xls",
            "bulk-invite run damaged.xlsx",
            "bulk-invite run old.xls",
            "bulk-invite run missing.csv",
            "bulk-invite run .",
            "bulk-invite check missing.csv",
            "bulk-invite run people.csv --sheet People",
            "bulk-invite run book.xlsx --sheet Staff",
            "bulk-invite run book.xlsx --delimiter tab",
            "bulk-invite run book.xlsx --encoding latin1",
            "bulk-invite run people.csv --column email=Kontakt",
            "bulk-invite run people.csv --column email=email --column email=roles",
        ],
    },
    Refusals {
        theme: "outputs",
        prepare: |world, server| {
            people(world, server);
            world.write("note.html", "<html>mine</html>");
            world.write("book.xlsx", "mine");
            world.write("config.toml", "");
            world.write("people.lock.csv.lock", PEOPLE);
            std::fs::hard_link(world.path("people.csv"), world.path("hard.csv")).expect("a link");
            world.shell("mkfifo pipe; ln -s people.csv soft.csv; ln -s gone.csv dangling.csv").finish().exits(0);
        },
        lines: &[
            "bulk-invite run people.csv --results hard.csv",
            "bulk-invite run people.csv --results soft.csv",
            "bulk-invite run people.csv --results dangling.csv --failed gone.csv",
            "bulk-invite run people.csv --results /dev/null",
            "bulk-invite run people.csv --results pipe",
            "bulk-invite run people.csv --results config.toml --config config.toml",
            "bulk-invite run people.csv --failed config.toml --config config.toml",
            "bulk-invite run people.csv --summary ca.pem --ca-cert ca.pem",
            "bulk-invite run people.csv --summary people.results.csv.lock",
            "bulk-invite run people.lock.csv.lock --results people.lock.csv",
            "bulk-invite run people.csv --results people.csv",
            "bulk-invite run people.csv --results ./people.csv",
            "bulk-invite run people.csv --results missing/people.csv",
            "bulk-invite run people.csv --results .",
            "bulk-invite run people.csv --results results.XLSX",
            "bulk-invite run people.csv --failed people.csv",
            "bulk-invite run people.csv --failed ./people.results.csv",
            "bulk-invite run people.csv --failed missing/file",
            "bulk-invite run people.csv --failed .",
            "bulk-invite run people.csv --failed again.xlsx",
            "bulk-invite run people.csv --summary people.csv",
            "bulk-invite run people.csv --summary ./people.results.csv",
            "bulk-invite run people.csv --summary missing/file",
            "bulk-invite run people.csv --summary .",
            "bulk-invite run people.csv --failed x --summary ./x",
            "bulk-invite run people.csv --report people.csv",
            "bulk-invite run people.csv --report people.results.csv",
            "bulk-invite run people.csv --failed failed.csv --report failed.csv",
            "bulk-invite run people.csv --summary summary.json --report summary.json",
            "bulk-invite run people.csv --report note.html",
            "bulk-invite run people.csv --report missing/page.html",
            "bulk-invite run people.csv --report -",
            "bulk-invite template --xlsx book.xlsx",
            "bulk-invite template --xlsx people.csv",
            "bulk-invite template --xlsx missing/people.xlsx",
            "bulk-invite man nowhere",
        ],
    },
    Refusals {
        theme: "credentials",
        prepare: people,
        lines: &[
            "env -u MONGODB_ATLAS_ORG_ID bulk-invite run people.csv",
            "env -u MONGODB_ATLAS_ACCESS_TOKEN bulk-invite run people.csv",
            "env -u MONGODB_ATLAS_ACCESS_TOKEN MONGODB_ATLAS_CLIENT_ID=who bulk-invite run people.csv",
            "env -u MONGODB_ATLAS_ACCESS_TOKEN MONGODB_ATLAS_CLIENT_SECRET=hush bulk-invite run people.csv",
            "env -u MONGODB_ATLAS_ACCESS_TOKEN MONGODB_ATLAS_PUBLIC_API_KEY=who bulk-invite run people.csv",
            "env -u MONGODB_ATLAS_ACCESS_TOKEN MONGODB_ATLAS_PRIVATE_API_KEY=hush bulk-invite run people.csv",
            "env -u MONGODB_ATLAS_ACCESS_TOKEN MONGODB_ATLAS_PUBLIC_KEY=who bulk-invite run people.csv",
            "env -u MONGODB_ATLAS_ORG_ID bulk-invite check people.csv",
        ],
    },
    Refusals {
        theme: "addresses",
        prepare: |world, server| {
            people(world, server);
            world.write(
                "config.toml",
                "[default]\nbase_url = \"x\"\n\
                 [work.organizations.42b6e34b3d91647abb20e7b8]\nbase_url = \"y\"\naccess_token = \"hush\"\n",
            );
        },
        lines: &[
            "bulk-invite run people.csv --base-url cloud.example.com",
            "MONGODB_ATLAS_BASE_URL=ftp://cloud.example.com bulk-invite run people.csv",
            "bulk-invite run people.csv --base-url https://ada:hush@cloud.example.com",
            "bulk-invite run people.csv --base-url http://cloud.example.com",
            "bulk-invite run people.csv --base-url http://192.0.2.1:8080",
            "bulk-invite run people.csv --base-url http://127.0.0.1.example.com",
            "env -u MONGODB_ATLAS_BASE_URL bulk-invite run people.csv --config config.toml",
            "env -u MONGODB_ATLAS_BASE_URL bulk-invite run people.csv --config config.toml --profile work",
        ],
    },
    Refusals {
        theme: "profiles",
        prepare: |world, server| {
            people(world, server);
            world.write(
                "config.toml",
                "[default]\norg_id = \"32b6e34b3d91647abb20e7b8\"\nclient_secret = \"hush\"\n[odd]\nrat = 1\n\
                 [bad]\nrate = \"fast\"\n[worse]\nclient_secret = 5\n[few]\nmax_attempts = 0\n",
            );
            world.write("malformed.toml", "[default]\nclient_id = \"who\"\nclient_secret = hush-hush\n");
            world.write("settings.toml", "rate = 5\n");
            std::fs::create_dir(world.path("atlascli")).expect("a folder");
            world.write("atlascli/config.toml", "[ring]\norg_id = \"5a4db0c5a4db0c5a4db0c5a4\"\n");
        },
        lines: &[
            "bulk-invite config show --config config.toml --profile odd",
            "bulk-invite config show --config config.toml --profile bad",
            "bulk-invite config show --config config.toml --profile worse",
            "bulk-invite config show --config config.toml --profile none",
            "bulk-invite run people.csv --config config.toml --profile odd",
            "bulk-invite run people.csv --config config.toml --profile bad",
            "bulk-invite run people.csv --config config.toml --profile worse",
            "bulk-invite run people.csv --config config.toml --profile none",
            "bulk-invite run people.csv --config config.toml --profile few",
            "bulk-invite config show --profile work",
            "bulk-invite run people.csv --profile work",
            "bulk-invite config show --config settings.toml --profile work",
            "bulk-invite run people.csv --config malformed.toml",
            "env -u MONGODB_ATLAS_ACCESS_TOKEN bulk-invite run people.csv --atlas-cli-profile ring",
        ],
    },
    Refusals {
        theme: "results",
        prepare: |world, _| {
            people(world, &sandbox(Options::default()));
            for line in [
                "run people.csv",
                "revoke people.results.csv",
                "run people.csv --results sent.csv",
                "run people.csv --dry-run --results rehearsed.csv",
            ] {
                let server = sandbox(Options::default());
                world.line(&format!("bulk-invite {line}")).with_token(&server).finish().exits(0);
            }
            let results = world.read("sent.csv");
            world.write("other.csv", "quarter,revenue\n1,2\n");
            world.write("people.status.csv", "mine");
            world.write("note.html", "mine");
            world.write("dated.csv", results.replace("Z,20", " soon,20"));
            world.write("columns.csv", results.replace("invite_id", "id"));
            world.write("old.csv", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
            world.write("damaged.csv", results.replace(",invited,", ",Invited,"));
        },
        lines: &[
            "bulk-invite run people.csv --results other.csv",
            "bulk-invite run people.csv --results people.revoked.csv",
            "bulk-invite run people.csv --org-id bbbbbbbbbbbbbbbbbbbbbbbb",
            "bulk-invite run people.csv --org-id bbbbbbbbbbbbbbbbbbbbbbbb --fresh",
            "bulk-invite run people.csv --dry-run --results sent.csv",
            "bulk-invite run people.csv --results damaged.csv --fresh",
            "bulk-invite run people.csv --results columns.csv",
            "bulk-invite run people.csv --results old.csv",
            "bulk-invite revoke people.csv",
            "bulk-invite revoke missing.csv",
            "bulk-invite revoke people.revoked.csv",
            "bulk-invite revoke people.results.csv --results people.results.csv",
            "bulk-invite revoke people.results.csv --results sent.csv",
            "bulk-invite revoke people.results.csv --results rehearsed.csv",
            "bulk-invite status people.csv",
            "bulk-invite status people.results.csv",
            "bulk-invite status people.results.csv --output people.results.csv",
            "bulk-invite status people.results.csv --output people.csv",
            "bulk-invite audit people.csv",
            "bulk-invite audit missing.csv",
            "bulk-invite audit damaged.csv",
            "bulk-invite report people.csv --output page.html",
            "bulk-invite report missing.csv --output page.html",
            "bulk-invite report dated.csv --output page.html",
            "bulk-invite report damaged.csv --output page.html",
            "bulk-invite report old.csv --output page.html",
            "bulk-invite report people.results.csv --output note.html",
            "bulk-invite report people.results.csv --output people.results.csv",
        ],
    },
    Refusals {
        theme: "scenarios",
        prepare: |world, _| {
            world.write("field.toml", "seed = 7\nlatenci = \"1s\"\n");
            world.write("latency.toml", "\nlatency = \"5\"\n");
            world.write("fault.toml", "seed = 7\nfaults = [\"500@0.1\", \"boom@1\"]\n");
            world.write("limit.toml", "[limits]\ntokens = { max = 1, per = \"soon\" }\n");
            world.write("speed.toml", "speed = 0\n");
            world.write("syntax.toml", "seed = \n");
        },
        lines: &[
            "bulk-invite sandbox --scenario field.toml",
            "bulk-invite sandbox --scenario latency.toml",
            "bulk-invite sandbox --scenario fault.toml",
            "bulk-invite sandbox --scenario limit.toml",
            "bulk-invite sandbox --scenario speed.toml",
            "bulk-invite sandbox --scenario syntax.toml",
        ],
    },
    Refusals {
        theme: "certificates",
        prepare: |world, server| {
            people(world, server);
            let whole = crate::network::Authority::new("a company's").pem();
            let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
            world.write("empty.pem", "");
            std::fs::create_dir(world.path("empty")).expect("a folder");
            world.write("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
            world.write("second.pem", format!("{whole}{broken}"));
            world.write("half.pem", &whole[..whole.len() / 2]);
            world.write("stars.pem", whole.replace('M', "*"));
        },
        lines: &[
            "bulk-invite run people.csv --ca-cert missing.pem",
            "bulk-invite run people.csv --ca-cert empty.pem",
            "bulk-invite run people.csv --ca-cert key.pem",
            "bulk-invite run people.csv --ca-cert second.pem",
            "bulk-invite run people.csv --ca-cert half.pem",
            "bulk-invite run people.csv --ca-cert stars.pem",
            "SSL_CERT_FILE=missing.pem bulk-invite run people.csv --base-url https://localhost:1",
            "SSL_CERT_FILE=key.pem bulk-invite run people.csv --base-url https://localhost:1",
            "SSL_CERT_DIR=missing bulk-invite run people.csv --base-url https://localhost:1",
            "SSL_CERT_DIR=empty bulk-invite check people.csv --base-url https://localhost:1",
        ],
    },
    Refusals {
        theme: "proxies",
        prepare: people,
        lines: &[
            "HTTPS_PROXY='http://clerk:hush hush@127.0.0.1:1' bulk-invite run people.csv --base-url https://a.example.com",
            "https_proxy=http://clerk:hush@hush@127.0.0.1:1 bulk-invite run people.csv --base-url https://a.example.com",
            "ALL_PROXY=ftp://hush@127.0.0.1:1 bulk-invite run people.csv --base-url https://a.example.com",
            "all_proxy=http://clerk:hush@ bulk-invite run people.csv --base-url https://a.example.com",
        ],
    },
    Refusals { theme: "logs", prepare: people, lines: &["RUST_LOG=bulk_invite=loud bulk-invite run people.csv"] },
];

/// Commands whose arguments cannot be parsed; the message has several lines.
pub(crate) const MALFORMED: [&str; 23] = [
    "bulk-invite run people.csv --settle 5",
    "bulk-invite run people.csv --settle 2h",
    "bulk-invite run people.csv --rate fast",
    "bulk-invite run people.csv --max-failures 0",
    "bulk-invite run people.csv --timeout 0s",
    "bulk-invite run people.csv --connect-timeout 0ms",
    "bulk-invite run people.csv --burst 0",
    "bulk-invite run people.csv --concurrency 0",
    "bulk-invite run people.csv --max-attempts 0",
    "bulk-invite run people.csv --max-attempts few",
    "bulk-invite run people.csv --org-id mine",
    "bulk-invite run people.csv --access-token hush",
    "bulk-invite run people.csv --delimiter :",
    "bulk-invite run people.csv --encoding latin",
    "bulk-invite run people.csv --column Mail=Kontakt",
    "bulk-invite run people.csv --column Kontakt",
    "bulk-invite run people.csv --shard 0/8",
    "bulk-invite run people.csv --shard 9/8",
    "bulk-invite check people.csv --shard a/b",
    "bulk-invite check people.csv --shard index/8",
    "bulk-invite check people.csv --sandbox --offline",
    "bulk-invite sandbox --listen=127.0.0.1:0 --speed=0",
    "bulk-invite sandbox --listen=127.0.0.1:0 --speed=NaN",
];

/// Returns the content of each file of the world.
fn files(world: &World) -> BTreeMap<String, Vec<u8>> {
    let names = world.names().into_iter().filter(|name| world.path(name).is_file());
    names.map(|name| (name.clone(), std::fs::read(world.path(&name)).expect("a file"))).collect()
}

#[test]
fn a_refused_command_sends_and_writes_nothing() {
    at_once(&ALL, |refusals| {
        let (world, server) = refusals.prepared();
        let before = files(&world);
        for line in refusals.lines {
            let refused = world.line(line).with_token(&server).finish();
            refused.exits(2);
            assert_eq!((refused.stdout.as_str(), refused.messages().len()), ("", 1), "{}", refused.output());
            assert!(!refused.stderr.contains(SECRET), "{}", refused.output());
        }
        assert_eq!(files(&world), before, "{}: nothing is written", refusals.theme);
        assert_eq!(server.sandbox().ledger().total_requests(), 0, "{}: nothing is sent", refusals.theme);
    });
}

#[test]
fn arguments_that_cannot_be_parsed_are_refused() {
    let world = World::new();
    world.write("people.csv", PEOPLE);
    for line in MALFORMED {
        let refused = world.line(line).finish();
        refused.exits(2);
        assert_eq!(refused.stdout, "", "{}", refused.output());
        assert_eq!(world.names(), ["people.csv"], "{line}: nothing is written");
    }
}
