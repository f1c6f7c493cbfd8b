use super::label::{Label, label};
use super::text::number;
use crate::model::status::{Status, Tally};

/// A row of the table of counts, with a bar.
pub(super) struct Count {
    pub(super) status: &'static str,
    pub(super) label: Label,
    pub(super) people: String,
    pub(super) percent: String,
    /// The bar's width in percent.
    pub(super) width: f64,
}

/// Returns the counts that are not zero, in the order of summaries.
pub(super) fn counts(tally: &Tally) -> Vec<Count> {
    let total = tally.total();
    let counted = Status::ALL.into_iter().filter(|status| tally.count(*status) > 0);
    counted.map(|status| Count::new(status, tally.count(status), total)).collect()
}

impl Count {
    fn new(status: Status, count: u64, total: u64) -> Self {
        let share = count as f64 * 100.0 / total as f64;
        let percent = match share {
            share if share < 1.0 => "less than 1".to_owned(),
            share if share > 99.0 && count < total => "more than 99".to_owned(),
            share => format!("{share:.0}"),
        };
        // One person among thousands is still visible.
        let width = share.max(0.5);
        Self { status: status.as_str(), label: label(status), people: number(count), percent, width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_not_rounded_to_none_or_all() {
        let shares = [(1, 1000), (1, 3), (999, 1000), (5, 5)]
            .map(|(count, total)| Count::new(Status::Invited, count, total).percent);
        assert_eq!(shares, ["less than 1", "33", "more than 99", "100"]);
    }

    #[test]
    fn statuses_without_people_are_left_out() {
        let mut tally = Tally::default();
        [Status::Failed, Status::Invited, Status::Failed].iter().for_each(|status| tally.add(*status));
        let counts = counts(&tally);
        let counts: Vec<(&str, &str)> = counts.iter().map(|count| (count.status, count.people.as_str())).collect();
        assert_eq!(counts, [("invited", "1"), ("failed", "2")]);
    }
}
