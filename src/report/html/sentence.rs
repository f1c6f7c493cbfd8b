//! What happened, in one sentence, and what one has to know beside it.

use std::io::{self, Write};

use super::PageContext;
use super::facts::Facts;
use super::text::{counted, number};
use crate::model::status::{Status, Tally};

/// What happened, for somebody who reads nothing else.
pub(super) fn sentence(tally: &Tally) -> String {
    let total = tally.total();
    let look: u64 = Status::ALL.iter().filter(|status| status.needs_a_look()).map(|status| tally.count(*status)).sum();
    let (people, count) = (number(total), |status| tally.count(status));
    let parts = [
        (count(Status::Invited), "was invited", "were invited"),
        (count(Status::Revoked), "had the invite cancelled", "had their invites cancelled"),
        (count(Status::Gone), "had no invite any more", "had no invites any more"),
        (count(Status::NotOurs), "had not been invited by this job", "had not been invited by this job"),
        (count(Status::AlreadyInvited), "had been invited before", "had been invited before"),
        (count(Status::AlreadyMember), "is a member already", "are members already"),
        (count(Status::Duplicate), "is listed twice", "are listed twice"),
        (look, "needs attention", "need attention"),
        (count(Status::NotSent), "was sent nothing", "were sent nothing"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, several)| match (count, count == total) {
            (1, true) => one.to_owned(),
            (_, true) => several.to_owned(),
            (_, false) => counted(count, one, several),
        })
        .collect();
    match parts.as_slice() {
        [only] if total == 1 => format!("The one person listed {only}."),
        [only] => format!("All {people} people listed {only}."),
        [first, last] => format!("Of {people} people listed, {first} and {last}."),
        [first @ .., last] => format!("Of {people} people listed, {}, and {last}.", first.join(", ")),
        [] => "The results hold nobody yet.".to_owned(),
    }
}

/// What makes the results other than they seem.
pub(super) fn notes(out: &mut impl Write, facts: &Facts, about: &PageContext) -> io::Result<()> {
    let mut note = |text: &str| writeln!(out, "<p class=\"note\">{text}</p>");
    let rehearsed = about.rehearsed.map(|id| id.to_string());
    if rehearsed.is_some_and(|id| facts.organizations.contains(&id)) {
        note("<b>This was a rehearsal.</b> Nobody was sent an email.")?;
    }
    if facts.dry_run {
        note(
            "<b>This was a dry run.</b> Nobody was sent an email and nothing was changed; the page shows what would be done.",
        )?;
    }
    if facts.cut_off || facts.tally.count(Status::Sending) > 0 {
        note(
            "<b>The run is not finished:</b> it is still going on, or it was cut off. People it had not come to are \
             not listed. If it is over, run the same command again: it goes on from here.",
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_counts_everybody_once() {
        let cases: [(&[(Status, u64)], &str); 7] = [
            (&[], "The results hold nobody yet."),
            (&[(Status::Invited, 1)], "The one person listed was invited."),
            (&[(Status::Invited, 3)], "All 3 people listed were invited."),
            (&[(Status::Failed, 2), (Status::Sending, 1)], "All 3 people listed need attention."),
            (
                &[(Status::Invited, 3), (Status::NotSent, 1)],
                "Of 4 people listed, 3 were invited and 1 was sent nothing.",
            ),
            (
                &[(Status::Invited, 17), (Status::AlreadyMember, 2), (Status::AlreadyInvited, 1)],
                "Of 20 people listed, 17 were invited, 1 had been invited before, and 2 are members already.",
            ),
            (
                &[(Status::Duplicate, 1), (Status::Invalid, 2), (Status::Unknown, 1), (Status::Invited, 1)],
                "Of 5 people listed, 1 was invited, 1 is listed twice, and 3 need attention.",
            ),
        ];
        for (counts, expected) in cases {
            let mut tally = Tally::default();
            for (status, count) in counts {
                (0..*count).for_each(|_| tally.add(*status));
            }
            assert_eq!(sentence(&tally), expected);
        }
        for status in Status::ALL {
            let mut tally = Tally::default();
            tally.add(status);
            assert!(sentence(&tally).starts_with("The one person listed "), "{status:?}");
        }
    }
}
