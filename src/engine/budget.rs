//! `--max-failures`: stops a run in which too many rows fail.

use std::collections::VecDeque;
use std::str::FromStr;

use crate::model::reason::SpentBudget;

/// The number or share of failed rows that stops a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxFailures {
    /// No limit.
    Off,
    /// This number of failed rows.
    Count(u64),
    /// This percentage of the last 100 rows sent, as soon as 20 have been sent.
    Percent(u8),
}

impl MaxFailures {
    /// The limit in force by default.
    pub const DEFAULT: Self = MaxFailures::Percent(50);
}

/// A text that is not a failure budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a number of rows (25), a share of the last 100 rows (50%) or off")]
pub struct NotABudget;

impl FromStr for MaxFailures {
    type Err = NotABudget;

    fn from_str(text: &str) -> Result<Self, NotABudget> {
        if text.eq_ignore_ascii_case("off") {
            return Ok(MaxFailures::Off);
        }
        match text.strip_suffix('%') {
            Some(percent) => {
                let percent = percent.trim().parse().ok().filter(|percent| (1..=100).contains(percent));
                percent.map(MaxFailures::Percent).ok_or(NotABudget)
            }
            None => text.parse().ok().filter(|count| *count > 0).map(MaxFailures::Count).ok_or(NotABudget),
        }
    }
}

/// Rows that must have been sent before a percentage applies.
const MIN_ROWS: usize = 20;
/// Rows that a percentage is taken of.
const LAST_ROWS: usize = 100;

/// Counts failed rows against the limit.
#[derive(Debug)]
pub(super) struct Budget {
    limit: MaxFailures,
    failures: u64,
    /// The last rows, oldest first: `true` for each that failed.
    last: VecDeque<bool>,
    last_failures: usize,
}

impl Budget {
    pub(super) fn new(limit: MaxFailures) -> Self {
        Self { limit, failures: 0, last: VecDeque::new(), last_failures: 0 }
    }

    /// Counts a row that was sent. Returns the reason to stop the run if the budget is spent.
    pub(super) fn spend(&mut self, failed: bool) -> Option<SpentBudget> {
        self.failures += u64::from(failed);
        if self.last.len() == LAST_ROWS {
            self.last_failures -= usize::from(self.last.pop_front() == Some(true));
        }
        self.last.push_back(failed);
        self.last_failures += usize::from(failed);
        match self.limit {
            MaxFailures::Off => None,
            MaxFailures::Count(limit) => {
                (failed && self.failures >= limit).then_some(SpentBudget::Count { failed: self.failures, limit })
            }
            MaxFailures::Percent(percent) => {
                let (failed, of) = (self.last_failures, self.last.len());
                (of >= MIN_ROWS && failed * 100 >= usize::from(percent) * of).then_some(SpentBudget::Percent {
                    failed,
                    of,
                    limit: percent,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent_after(limit: MaxFailures, failures: impl IntoIterator<Item = bool>) -> Option<usize> {
        let mut budget = Budget::new(limit);
        failures.into_iter().position(|failed| budget.spend(failed).is_some()).map(|at| at + 1)
    }

    #[test]
    fn a_budget_is_a_count_a_percentage_or_off() {
        assert_eq!("25".parse(), Ok(MaxFailures::Count(25)));
        assert_eq!("50%".parse(), Ok(MaxFailures::Percent(50)));
        assert_eq!("off".parse(), Ok(MaxFailures::Off));
        for text in ["", "0", "0%", "101%", "-1", "1.5%", "many"] {
            assert_eq!(text.parse::<MaxFailures>(), Err(NotABudget), "{text}");
        }
    }

    #[test]
    fn a_count_is_spent_at_exactly_that_many_failures() {
        let failures = [true, false, true, false, true];
        assert_eq!(spent_after(MaxFailures::Count(3), failures), Some(5));
        assert_eq!(spent_after(MaxFailures::Count(4), failures), None);
    }

    #[test]
    fn a_percentage_covers_the_last_100_rows_once_20_were_sent() {
        assert_eq!(spent_after(MaxFailures::DEFAULT, std::iter::repeat_n(true, 100)), Some(20));
        let late = std::iter::repeat_n(false, 1000).chain(std::iter::repeat_n(true, 100));
        assert_eq!(spent_after(MaxFailures::DEFAULT, late), Some(1050));
        let a_third = std::iter::repeat_n([true, false, false], 1000).flatten();
        assert_eq!(spent_after(MaxFailures::DEFAULT, a_third), None);
        assert_eq!(spent_after(MaxFailures::Off, std::iter::repeat_n(true, 1000)), None);
    }
}
