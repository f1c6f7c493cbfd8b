//! Asking the person at the terminal before anything is sent.

use std::io::{self, IsTerminal, Write};

use bulk_invite::directory::Directory;
use bulk_invite::invitation::ObjectId;

use super::outlook::Outlook;

/// Whether there is somebody to ask.
pub(crate) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// What is about to happen, in a sentence or two.
pub(crate) fn question(
    rows: Option<u64>,
    limit: Option<u64>,
    outlook: &Outlook,
    organization: ObjectId,
    directory: &Directory,
) -> String {
    let who = match (outlook.people, rows, limit) {
        (Some(1), ..) => "1 person".to_owned(),
        (Some(people), ..) => format!("{people} people"),
        (None, Some(rows), Some(limit)) => format!("up to {} people", rows.min(limit)),
        (None, None, Some(limit)) => format!("up to {limit} people"),
        (None, Some(rows), None) => format!("the people of {rows} rows"),
        (None, None, None) => "everyone in the spreadsheet".to_owned(),
    };
    let there = directory.seats_used();
    let seats = outlook.seats.as_ref().map(|seats| format!("{seats}. ")).unwrap_or_default();
    format!(
        "about to invite {who} to organization {organization}, which has {there} members and pending invites \
         (Atlas allows 500 unless support raised it). {seats}continue? [y/N] "
    )
}

/// Asks; anything but yes is no.
pub(crate) fn ask(question: &str) -> bool {
    let _ = write!(io::stderr().lock(), "{question}");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
