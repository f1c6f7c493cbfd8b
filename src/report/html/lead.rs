use super::text::{counted, number};
use crate::model::status::{Status, Tally};

/// Returns one sentence about the whole run, for a person who reads only this.
pub(super) fn lead(tally: &Tally) -> String {
    let total = tally.total();
    let look: u64 = Status::ALL.iter().filter(|status| status.needs_a_look()).map(|status| tally.count(*status)).sum();
    let (people, count) = (number(total), |status| tally.count(status));
    let parts = [
        (count(Status::Invited), "was invited", "were invited"),
        (count(Status::Revoked), "had the invite cancelled", "had their invites cancelled"),
        (count(Status::Gone), "had no pending invite", "had no pending invites"),
        (count(Status::NotOurs), "was not invited by this job", "were not invited by this job"),
        (count(Status::AlreadyInvited), "was already invited", "were already invited"),
        (count(Status::AlreadyMember), "is already a member", "are already members"),
        (count(Status::Duplicate), "is listed twice", "are listed twice"),
        (look, "needs attention", "need attention"),
        (count(Status::NotSent), "was not sent an invite", "were not sent invites"),
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
        [] => "The results have no people yet.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead_of(counts: &[(Status, u64)]) -> String {
        let mut tally = Tally::default();
        for (status, count) in counts {
            (0..*count).for_each(|_| tally.add(*status));
        }
        lead(&tally)
    }

    #[test]
    fn the_sentence_counts_each_person_once() {
        let mut sentences = vec![
            lead_of(&[]),
            lead_of(&[(Status::Invited, 3)]),
            lead_of(&[(Status::Failed, 2), (Status::Sending, 1)]),
            lead_of(&[(Status::Invited, 3), (Status::NotSent, 1)]),
            lead_of(&[(Status::Invited, 17), (Status::AlreadyMember, 2), (Status::AlreadyInvited, 1)]),
            lead_of(&[(Status::Duplicate, 1), (Status::Invalid, 2), (Status::Unknown, 1), (Status::Invited, 1)]),
        ];
        sentences.extend(Status::ALL.map(|status| lead_of(&[(status, 1)])));
        insta::assert_snapshot!(sentences.join("\n"));
    }
}
