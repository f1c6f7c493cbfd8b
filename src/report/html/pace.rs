//! The number of invites created over time, as bars.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::text::{counted, number, second};
use crate::model::status::JobKind;

/// The most bars. In a longer run each bar covers more time.
const BARS: i64 = 120;
/// The times that a bar can cover, in seconds and in words. Each is a multiple of the one before.
const WIDTHS: [(i64, &str); 14] = [
    (1, "1 second"),
    (5, "5 seconds"),
    (15, "15 seconds"),
    (60, "1 minute"),
    (300, "5 minutes"),
    (900, "15 minutes"),
    (3_600, "1 hour"),
    (10_800, "3 hours"),
    (21_600, "6 hours"),
    (86_400, "1 day"),
    (864_000, "10 days"),
    (8_640_000, "100 days"),
    (864_000_000, "10,000 days"),
    (86_400_000_000, "1,000,000 days"),
];

/// Counts by time, in at most [`BARS`] bars for a run of any length.
#[derive(Default)]
pub(super) struct Pace {
    /// The index in [`WIDTHS`].
    width: usize,
    bars: BTreeMap<i64, u64>,
    total: u64,
    period: Option<(Timestamp, Timestamp)>,
}

/// The section as the page shows it.
pub(super) struct PaceSection {
    pub(super) total: String,
    pub(super) first: String,
    pub(super) last: String,
    /// The number of bars from the first to the last, empty ones included.
    pub(super) span: i64,
    pub(super) width: &'static str,
    pub(super) tallest: String,
    pub(super) bars: Vec<Bar>,
}

/// A bar, of a chart that is as wide as its span and 100 high.
pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) y: f64,
    pub(super) height: f64,
}

impl Pace {
    pub(super) fn add(&mut self, at: Timestamp) {
        self.total += 1;
        self.period = Some(self.period.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        *self.bars.entry(at.as_second().div_euclid(WIDTHS[self.width].0)).or_default() += 1;
        while self.span() > BARS && self.width + 1 < WIDTHS.len() {
            let times = WIDTHS[self.width + 1].0 / WIDTHS[self.width].0;
            self.width += 1;
            let finer = std::mem::take(&mut self.bars);
            finer.into_iter().for_each(|(bar, count)| *self.bars.entry(bar.div_euclid(times)).or_default() += count);
        }
    }

    /// Returns the number of bars from the first to the last.
    fn span(&self) -> i64 {
        let ends = self.bars.first_key_value().zip(self.bars.last_key_value());
        ends.map_or(0, |((first, _), (last, _))| last - first + 1)
    }

    /// Returns the section, unless there is nothing to show.
    pub(super) fn section(&self, job: JobKind) -> Option<PaceSection> {
        let ((first, last), (start, _)) = (self.period?, self.bars.first_key_value()?);
        let total = match job {
            JobKind::Invite => counted(self.total, "invite", "invites"),
            JobKind::Revoke => counted(self.total, "cancellation", "cancellations"),
        };
        let most = self.bars.values().copied().max().unwrap_or(1);
        let bar = |(at, count): (&i64, &u64)| {
            let height = (*count as f64 * 100.0 / most as f64).max(1.0);
            Bar { x: at - start, y: 100.0 - height, height }
        };
        Some(PaceSection {
            total,
            first: second(first).to_string(),
            last: second(last).to_string(),
            span: self.span(),
            width: WIDTHS[self.width].1,
            tallest: number(most),
            bars: self.bars.iter().map(bar).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pace(seconds: &[i64]) -> Pace {
        let mut pace = Pace::default();
        seconds.iter().for_each(|at| pace.add(Timestamp::from_second(*at).unwrap()));
        pace
    }

    #[test]
    fn a_bar_is_as_wide_as_the_length_of_the_run_requires() {
        assert!(pace(&[]).section(JobKind::Invite).is_none());
        let section = pace(&[0, 0]).section(JobKind::Invite).unwrap();
        assert_eq!((section.span, section.first.as_str()), (1, "1970-01-01 00:00:00"));
        for (last, width) in [(119, "1 second"), (120, "5 seconds"), (3600, "1 minute"), (86_400, "15 minutes")] {
            let section = pace(&[0, 0, last]).section(JobKind::Invite).unwrap();
            assert_eq!((section.width, section.tallest.as_str()), (width, "2"));
            let heights: Vec<f64> = section.bars.iter().map(|bar| bar.height).collect();
            assert_eq!(heights, [100.0, 50.0]);
        }
    }

    #[test]
    fn each_width_is_a_multiple_of_the_one_before() {
        assert!(WIDTHS.is_sorted() && WIDTHS.windows(2).all(|pair| pair[1].0 % pair[0].0 == 0));
    }

    proptest! {
        #[test]
        fn each_invite_is_in_one_of_few_bars(seconds in proptest::collection::vec(-377_000_000_000_i64..253_000_000_000, 1..60)) {
            let pace = pace(&seconds);
            prop_assert_eq!(pace.bars.values().sum::<u64>(), seconds.len() as u64);
            prop_assert!(pace.span() <= BARS, "{}", pace.span());
        }
    }
}
