//! `status`, `revoke` and `report`, after people have accepted, declined or let their invites expire.

use atlas_sandbox::Options;

use super::Terminal;
use crate::world::play;

#[test]
fn the_status_of_each_invite() {
    let mut terminal = Terminal::new(Options::default()).people(5);
    terminal.run("bulk-invite run people.csv");
    for change in ["person-001@example.com/accept", "person-002@example.com/expire", "person-003@example.com/decline"] {
        play(&terminal.server, "POST", &format!("/_sandbox/invites/{change}"));
    }
    terminal
        .run("bulk-invite status people.results.csv")
        .run("bulk-invite status people.status.csv --output again.csv")
        .run("bulk-invite revoke people.results.csv --dry-run")
        .run("bulk-invite revoke people.results.csv --report page.html")
        .run("bulk-invite revoke people.results.csv")
        .run("bulk-invite status people.results.csv")
        .run("bulk-invite run people.csv");
    terminal.hold("afterwards");
}
