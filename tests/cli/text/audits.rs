//! The output of `audit`: facts, findings with their remedies, and the verdict.

use atlas_sandbox::{Duplicates, ORGANIZATION, Options};

use super::Terminal;
use crate::audit::invite;
use crate::world::{Credential, play};

#[test]
fn audits_of_a_run() {
    let options = Options { duplicates: Duplicates::Accept, ..Options::default() };
    let mut terminal = Terminal::new(options).people(8);
    terminal.run("bulk-invite run people.csv").run("bulk-invite audit people.results.csv");
    play(&terminal.server, "POST", "/_sandbox/invites/person-001@example.com/accept");
    play(&terminal.server, "POST", "/_sandbox/invites/person-002@example.com/expire");
    terminal.run("bulk-invite audit people.results.csv");
    terminal.transcript.note("people who were invited again, or whose line was edited or lost");
    invite(&terminal.server, "person-003@example.com");
    let (text, results) = (terminal.world.read("people.results.csv"), terminal.world.results());
    let id = |row: usize| results.row(row).get("invite_id");
    let edited = text
        .replace(&format!(",invited,{},", id(5)), ",failed,,")
        .replace(&format!(",{},", id(6)), &format!(",{},", id(7)))
        .replace(&format!(",invited,{},", id(8)), ",unknown,,");
    let kept: Vec<&str> = edited.lines().filter(|line| !line.contains("person-008")).collect();
    terminal.world.write("people.results.csv", kept.join("\n") + "\n");
    terminal.run("bulk-invite audit people.results.csv").run("bulk-invite audit people.results.csv --json");
    terminal.hold("audit-run");
}

#[test]
fn audits_without_a_verdict_about_each_invite() {
    let mut terminal = Terminal::new(Options::default()).people(2);
    terminal.run("bulk-invite run people.csv");
    let text = terminal.world.read("people.results.csv");
    terminal.transcript.note("a second file of the same sheet");
    terminal.run("bulk-invite run people.csv --results again.csv");
    let line = terminal.world.line("bulk-invite audit again.csv").with_token(&terminal.server);
    terminal.transcript.command(&line.credential(Credential::ServiceAccount).finish());
    terminal.transcript.note("without an answered request, the name of the token's account is not known");
    let unanswered = text.replace(",200,", ",503,");
    let (first, _) = unanswered.split_at(unanswered.find("\n3,").expect("the second row") + 1);
    terminal.world.write("people.results.csv", first);
    terminal.run("bulk-invite audit people.results.csv");
    terminal.transcript.note("an organization without credentials");
    terminal.world.write("people.results.csv", text.replacen(ORGANIZATION, "42b6e34b3d91647abb20e7b8", 1));
    terminal.run("bulk-invite audit people.results.csv");
    terminal.run("MONGODB_ATLAS_ACCESS_TOKEN=wrong bulk-invite audit people.results.csv");
    terminal.hold("audit-unverified");
}

#[test]
fn audits_of_a_revoke() {
    let mut terminal = Terminal::new(Options::default()).people(2);
    terminal
        .run("bulk-invite run people.csv")
        .run("bulk-invite revoke people.results.csv --dry-run")
        .run("bulk-invite audit people.revoke-dry-run.csv");
    let text = terminal.world.read("people.revoke-dry-run.csv");
    terminal.world.write("edited.csv", text.replace(",not_sent,", ",revoked,"));
    terminal
        .run("bulk-invite audit edited.csv")
        .run("bulk-invite revoke people.results.csv")
        .run("bulk-invite audit people.revoked.csv");
    terminal.hold("audit-revoke");
}
