//! `--max-failures`: stopping a run that is going wrong.

use std::collections::VecDeque;
use std::str::FromStr;

use crate::model::reason::SpentBudget;

/// When too many rows have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxFailures {
    /// Never.
    Off,
    /// After so many.
    Count(u64),
    /// When so many in a hundred of the last 100 rows sent failed, once 20 have been sent.
    Percent(u8),
}

impl MaxFailures {
    /// What is asked where nothing is said.
    pub const DEFAULT: Self = MaxFailures::Percent(50);
}

/// The text is not a failure budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a number of rows (25), a share of the last 100 (50%) or off")]
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

/// Rows that have to be sent before a share means anything.
const FEW: usize = 20;
/// The rows that a share is of.
const LAST: usize = 100;

/// Watches rows fail.
#[derive(Debug)]
pub(super) struct Budget {
    limit: MaxFailures,
    failures: u64,
    /// Whether each of the last rows failed, oldest first, and how many did.
    last: VecDeque<bool>,
    lately: usize,
}

impl Budget {
    pub(super) fn new(limit: MaxFailures) -> Self {
        Self { limit, failures: 0, last: VecDeque::new(), lately: 0 }
    }

    /// Counts a row that was sent. Returns why the run has to stop, if it has to.
    pub(super) fn spend(&mut self, failed: bool) -> Option<SpentBudget> {
        self.failures += u64::from(failed);
        if self.last.len() == LAST {
            self.lately -= usize::from(self.last.pop_front() == Some(true));
        }
        self.last.push_back(failed);
        self.lately += usize::from(failed);
        match self.limit {
            MaxFailures::Off => None,
            MaxFailures::Count(limit) => {
                (failed && self.failures >= limit).then_some(SpentBudget::Count { failed: self.failures, limit })
            }
            MaxFailures::Percent(percent) => {
                let (failed, of) = (self.lately, self.last.len());
                (of >= FEW && failed * 100 >= usize::from(percent) * of).then_some(SpentBudget::Percent {
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
    fn a_budget_is_read_as_people_write_it() {
        assert_eq!("25".parse(), Ok(MaxFailures::Count(25)));
        assert_eq!("50%".parse(), Ok(MaxFailures::Percent(50)));
        assert_eq!("off".parse(), Ok(MaxFailures::Off));
        for text in ["", "0", "0%", "101%", "-1", "1.5%", "many"] {
            assert_eq!(text.parse::<MaxFailures>(), Err(NotABudget), "{text}");
        }
    }

    #[test]
    fn a_count_is_spent_by_its_last_failure() {
        let failures = [true, false, true, false, true];
        assert_eq!(spent_after(MaxFailures::Count(3), failures), Some(5));
        assert_eq!(spent_after(MaxFailures::Count(4), failures), None);
    }

    #[test]
    fn a_share_means_nothing_before_20_rows_and_is_of_the_last_100() {
        assert_eq!(spent_after(MaxFailures::DEFAULT, std::iter::repeat_n(true, 100)), Some(20));
        let late = std::iter::repeat_n(false, 1000).chain(std::iter::repeat_n(true, 100));
        assert_eq!(spent_after(MaxFailures::DEFAULT, late), Some(1050));
        let a_third = std::iter::repeat_n([true, false, false], 1000).flatten();
        assert_eq!(spent_after(MaxFailures::DEFAULT, a_third), None);
        assert_eq!(spent_after(MaxFailures::Off, std::iter::repeat_n(true, 1000)), None);
    }
}
