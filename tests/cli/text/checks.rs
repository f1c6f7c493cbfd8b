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
fn pages_show_the_output_for_the_samples() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (page, samples, command) in [
        ("docs/spreadsheet.md", &["onboarding.csv"][..], "check samples/onboarding.csv --sandbox"),
        (
            "docs/mapping.md",
            &["hr-export.csv", "hr-map.csv"],
            "check samples/hr-export.csv --map samples/hr-map.csv --sandbox --explain",
        ),
    ] {
        let world = World::new();
        std::fs::create_dir(world.path("samples")).expect("a folder");
        for sample in samples.iter().map(|sample| format!("samples/{sample}")) {
            world.write(&sample, std::fs::read(root.join(&sample)).expect("the sample"));
        }
        let run = world.line(&format!("bulk-invite {command}")).finish();
        let page = std::fs::read_to_string(root.join(page)).expect(page).replace("\r\n", "\n");
        let how_read: String = run.stderr.lines().take(3).map(|line| format!("{line}\n")).collect();
        for shown in [&run.stdout, &how_read] {
            assert!(page.contains(&format!("```\n{shown}```\n")), "{}", run.output());
        }
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

#[test]
fn rules_of_a_map() {
    let mut terminal = Terminal::new(Options::default());
    terminal.world.write("people.csv", crate::map::HR);
    terminal.world.write("map.csv", format!("{}Legal;;;;\nENG*;;;Security;\n", crate::map::MAP));
    terminal.run("bulk-invite template --map people.csv").run("bulk-invite check people.csv --map map.csv --explain");
    terminal.run("bulk-invite check people.csv --map map.csv --explain --format csv --default-roles ORG_READ_ONLY");
    terminal.run("bulk-invite run people.csv --map map.csv");
    for (map, what) in [
        ("Department,roles,teams\nEng*,membr,\nLegal,member,000000000000000000001\n", "two mistakes"),
        ("Department,roles,teams\nEng*,member,Bakend\n", "a team that does not exist"),
        ("Department,roles\nEng*,owner\n", "an owner"),
        ("Abteilung,roles\nEng*,member\n", "a column that does not exist"),
    ] {
        terminal.transcript.note(what);
        terminal.world.write("map.csv", map);
        terminal.run("bulk-invite check people.csv --map map.csv");
    }
    terminal.hold("map");
}
