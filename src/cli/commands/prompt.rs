//! Asking the person at the terminal before anything is sent.

use std::io::{self, IsTerminal, Write};

use bulk_invite::engine::Organization;
use bulk_invite::engine::revocation::Foreseen;

use super::outlook::Outlook;

/// Whether there is somebody to ask.
pub(crate) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// What a run is about to do, in a sentence or two.
pub(crate) fn inviting<G>(
    rows: Option<u64>,
    limit: Option<u64>,
    outlook: &Outlook,
    organizations: &[Organization<'_, G>],
) -> String {
    let who = match (outlook.people, rows, limit) {
        (Some(1), ..) => "1 person".to_owned(),
        (Some(people), ..) => format!("{people} people"),
        (None, Some(rows), Some(limit)) => format!("up to {} people", rows.min(limit)),
        (None, None, Some(limit)) => format!("up to {limit} people"),
        (None, Some(rows), None) => format!("the people of {rows} rows"),
        (None, None, None) => "everyone in the spreadsheet".to_owned(),
    };
    let there = |one: &Organization<'_, G>| {
        format!("organization {}, which has {} members and pending invites", one.id, one.directory.seats_used())
    };
    let there: Vec<String> = organizations.iter().filter(|one| one.condemned.is_none()).map(there).collect();
    let seats: String = outlook.seats.iter().map(|seats| format!("{seats}. ")).collect();
    format!(
        "about to invite {who} to {} (Atlas allows 500 unless support raised it). {seats}continue? [y/N] ",
        there.join(", and ")
    )
}

/// What a revocation is about to do, in a sentence or two.
pub(crate) fn revoking<G>(foreseen: Foreseen, limit: Option<u64>, organizations: &[Organization<'_, G>]) -> String {
    let Foreseen { cancel, find_out, accepted } = foreseen;
    let counted = |count: u64, one: &str, several: &str| format!("{count} {}", if count == 1 { one } else { several });
    let most = limit.filter(|limit| *limit < cancel + find_out);
    let most = most.map(|limit| format!("the first {limit} of ")).unwrap_or_default();
    let what = match (cancel, find_out) {
        (0, _) => format!(
            "find out about {} in doubt, and cancel the invites",
            counted(find_out, "invitation", "invitations")
        ),
        (_, 0) => format!("cancel {most}{}", counted(cancel, "pending invite", "pending invites")),
        (_, _) => format!(
            "cancel {most}{}, and up to {find_out} more once it is known what became of them,",
            counted(cancel, "pending invite", "pending invites")
        ),
    };
    let accepted = match accepted {
        0 => String::new(),
        _ => format!("{} accepted and will stay. ", counted(accepted, "person has", "people have")),
    };
    let ids: Vec<String> =
        organizations.iter().filter(|one| one.condemned.is_none()).map(|one| one.id.to_string()).collect();
    format!("about to {what} that this job created in organization {}. {accepted}continue? [y/N] ", ids.join(" and "))
}

/// Asks; anything but yes is no.
pub(crate) fn ask(question: &str) -> bool {
    let _ = write!(io::stderr().lock(), "{question}");
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    if !answer.ends_with('\n') {
        unanswered();
    }
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Ends the line of a question that nobody has answered.
pub(crate) fn unanswered() {
    let _ = writeln!(io::stderr().lock());
}
