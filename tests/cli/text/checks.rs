//! The output of `check`, in each format.

use atlas_sandbox::{Access, ORGANIZATION, Options};

use super::Terminal;
use crate::check::EVERYTHING;
use crate::world::{World, sandbox};

#[test]
fn findings_in_each_format() {
    let mut terminal = Terminal::beside(atlas_sandbox::start(Options::default()).expect("a sandbox"));
    terminal.world.write("people.csv", EVERYTHING);
    for arguments in ["", " --format csv", " --format json", " --offline", " --offline --format json", " --sandbox"] {
        terminal.run(&format!("bulk-invite check people.csv{arguments}"));
    }
    terminal.run("env -u MONGODB_ATLAS_ACCESS_TOKEN bulk-invite check people.csv");
    terminal.hold("check-formats");
}

#[test]
fn results_and_seats() {
    let mut terminal = Terminal::new(Options::default()).people(3);
    terminal
        .run("bulk-invite run people.csv")
        .run("bulk-invite check people.results.csv")
        .run("env -u MONGODB_ATLAS_ACCESS_TOKEN -u MONGODB_ATLAS_ORG_ID bulk-invite check people.results.csv")
        .run("bulk-invite check people.results.csv --offline --org-id aaaaaaaaaaaaaaaaaaaaaaaa");
    let mut terminal = terminal.people(501);
    terminal.run("bulk-invite check people.csv --offline").run("bulk-invite check people.csv --sandbox");
    terminal.hold("check-results");
}

#[test]
fn an_organization_that_cannot_be_read() {
    let mut terminal = Terminal::new(Options::default()).people(1);
    terminal
        .run("MONGODB_ATLAS_ACCESS_TOKEN=wrong bulk-invite check people.csv")
        .run("bulk-invite check people.csv --org-id aaaaaaaaaaaaaaaaaaaaaaaa")
        .run("bulk-invite check people.csv --base-url http://127.0.0.1:9 --max-attempts 1")
        .run("bulk-invite run people.csv");
    let closed = sandbox(Options { access: Access::AddressNotListed, ..Options::default() });
    for command in ["check people.csv", "status people.results.csv"] {
        terminal.run(&format!("bulk-invite {command} --base-url {}", closed.base_url()));
    }
    terminal.hold("check-unread");
}

#[test]
fn the_page_shows_the_output_for_the_sample() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let world = World::new();
    std::fs::create_dir(world.path("samples")).expect("a folder");
    world.write("samples/onboarding.csv", std::fs::read(root.join("samples/onboarding.csv")).expect("the sample"));
    let run = world.line("bulk-invite check samples/onboarding.csv --sandbox").finish();
    let page =
        std::fs::read_to_string(root.join("docs/spreadsheet.md")).expect("docs/spreadsheet.md").replace("\r\n", "\n");
    let how_read: String = run.stderr.lines().take(3).map(|line| format!("{line}\n")).collect();
    for shown in [&run.stdout, &how_read] {
        assert!(page.contains(&format!("```\n{shown}```\n")), "{}", run.output());
    }
}

/// Rows for two organizations, of which one refuses the credentials.
#[test]
fn several_organizations() {
    let mut terminal = Terminal::new(Options::default());
    let theirs = crate::several::organization(crate::several::THEIRS, Options::default());
    crate::several::profile(&terminal.world, &terminal.server, &theirs, atlas_sandbox::CLIENT_SECRET);
    let (ours, other) = (ORGANIZATION, crate::several::THEIRS);
    let profile = terminal.world.read("config.toml").replace(crate::several::OURS, ours);
    terminal.world.write("config.toml", &profile);
    terminal.world.write(
        "people.csv",
        format!(
            "email,roles,Organization ID\nada@example.com,member,\nbob@example.com,member,{other}\n\
             cleo@example.com,member,{ours}\ndan@example.com,member,52b6e34b3d91647abb20e7b8\n"
        ),
    );
    let commands = [
        "bulk-invite check people.csv --config config.toml",
        "bulk-invite run people.csv --config config.toml",
        "bulk-invite status people.results.csv --config config.toml",
    ];
    for line in commands {
        terminal.transcript.command(&terminal.world.line(line).finish());
    }
    terminal.world.write("config.toml", profile.replace(atlas_sandbox::CLIENT_SECRET, "wrong"));
    terminal.transcript.note("the credentials of the second are refused");
    for line in commands {
        terminal.transcript.command(&terminal.world.line(line).finish());
    }
    terminal
        .transcript
        .command(&terminal.world.line("bulk-invite run people.csv --config config.toml --fresh").finish());
    let profile = terminal.world.read("config.toml").replace(atlas_sandbox::TOKEN, "wrong");
    terminal.world.write("config.toml", profile);
    terminal.transcript.note("the credentials of both are refused");
    for line in [commands[0], commands[2]] {
        terminal.transcript.command(&terminal.world.line(line).finish());
    }
    terminal.hold("organizations");
}
