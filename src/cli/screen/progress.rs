//! The progress of a job in one line: counts, then the rate or the end of a wait, then the time left.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use bulk_invite::engine::Progress;
use bulk_invite::model::{JobKind, Status};
use bulk_invite::report::{duration, rows};
use jiff::{Timestamp, tz::TimeZone};

/// Facts about a job from which its progress is described.
pub(super) struct JobProgress {
    job: JobKind,
    /// The number of rows, if it is known.
    pub(super) rows: Option<u64>,
    started: Instant,
    /// Rows that this run finished itself, for the rate.
    settled: u64,
    /// Rows that wait for a retry or a look-up, with the end of the wait.
    delayed: HashMap<Option<u32>, Instant>,
}

impl JobProgress {
    pub(super) fn start(job: JobKind, rows: Option<u64>) -> Self {
        Self { job, rows, started: Instant::now(), settled: 0, delayed: HashMap::new() }
    }

    pub(super) fn sending(&mut self, row: Option<u32>) {
        self.delayed.remove(&row);
    }

    pub(super) fn waiting(&mut self, row: Option<u32>, delay: Duration) {
        self.delayed.insert(row, Instant::now() + delay);
    }

    /// Counts a finished row; `kept` if an earlier run finished it.
    pub(super) fn settled(&mut self, row: Option<u32>, kept: bool) {
        self.delayed.remove(&row);
        self.settled += u64::from(!kept);
    }

    /// Describes the progress, without the number of rows.
    pub(super) fn describe(&self, progress: &Progress) -> String {
        let done = match self.job {
            JobKind::Invite => Status::Invited,
            JobKind::Revoke => Status::Revoked,
        };
        let count = |status| progress.tally.count(status);
        let failed = count(Status::Failed) + count(Status::Invalid);
        let mut text = format!("{} {}", count(done), done.as_str());
        // Writing to a String cannot fail.
        for (number, status) in [(failed, Status::Failed), (count(Status::Unknown), Status::Unknown)] {
            if number > 0 {
                let _ = write!(text, ", {number} {}", status.as_str());
            }
        }
        let elapsed = self.started.elapsed();
        let rate = self.settled as f64 / elapsed.as_secs_f64().max(0.001);
        let limit = progress.waiting.filter(|waiting| *waiting >= Duration::from_secs(1));
        let pause = self.pause(progress.in_flight);
        let _ = match (limit, pause) {
            (Some(waiting), _) => write!(text, ", rate limit until {}", time_of_day(waiting)),
            (None, Some(pause)) => {
                write!(text, ", {} waiting until {}", rows(progress.in_flight as u64), time_of_day(pause))
            }
            // The rate of the first second is meaningless.
            (None, None) if elapsed < Duration::from_secs(1) => Ok(()),
            (None, None) => write!(text, ", {rate:.0}/s"),
        };
        if let Some(rows) = self.rows {
            let left = rows.saturating_sub(progress.tally.total());
            // The limits ahead count too, since the rate so far includes the first burst.
            let ahead = progress.limits.unwrap_or_default().max(pause.unwrap_or_default());
            let by_rate = Duration::try_from_secs_f64(left as f64 / rate).unwrap_or_default();
            let left = if progress.waiting.is_some() || pause.is_some() { ahead } else { ahead.max(by_rate) };
            if left >= Duration::from_secs(1) {
                let _ = write!(text, ", {} left", duration(Duration::from_secs(left.as_secs())));
            }
        }
        text
    }

    /// Returns the time until the first row in flight continues, if all of them wait.
    fn pause(&self, in_flight: usize) -> Option<Duration> {
        let now = Instant::now();
        let ahead = self.delayed.values().filter_map(|until| until.checked_duration_since(now));
        let (rows, first) = ahead.fold((0, Duration::MAX), |(rows, first), pause| (rows + 1, first.min(pause)));
        (rows > 0 && rows >= in_flight && first >= Duration::from_secs(1)).then_some(first)
    }
}

/// Returns the time of day that is `ahead` from now.
fn time_of_day(ahead: Duration) -> String {
    let then = Timestamp::now().checked_add(ahead).unwrap_or(Timestamp::MAX);
    then.to_zoned_datetime(TimeZone::system()).strftime("%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use bulk_invite::model::Tally;

    use super::*;

    fn job(rows: u64, settled: u64, seconds: u64) -> JobProgress {
        let started = Instant::now() - Duration::from_secs(seconds);
        JobProgress { started, settled, ..JobProgress::start(JobKind::Invite, Some(rows)) }
    }

    fn progress(statuses: &[(Status, usize)], in_flight: usize) -> Progress {
        let mut tally = Tally::default();
        statuses.iter().for_each(|(status, count)| (0..*count).for_each(|_| tally.add(*status)));
        Progress { tally, in_flight, ..Progress::default() }
    }

    #[test]
    fn the_time_left_follows_the_rate_once_there_is_one() {
        let invited = progress(&[(Status::Invited, 20)], 16);
        insta::assert_snapshot!(job(100, 20, 10).describe(&invited), @"20 invited, 2/s, 40 s left");
        insta::assert_snapshot!(job(100, 0, 10).describe(&progress(&[], 16)), @"0 invited, 0/s");
        let held = Progress { limits: Some(Duration::from_secs(60)), ..invited };
        insta::assert_snapshot!(job(100, 20, 10).describe(&held), @"20 invited, 2/s, 60 s left");
    }

    #[test]
    fn the_first_second_has_no_rate() {
        let halted = progress(&[(Status::Unknown, 16), (Status::NotSent, 24)], 0);
        insta::assert_snapshot!(job(40, 40, 0).describe(&halted), @"0 invited, 16 unknown");
    }

    #[test]
    fn rows_that_all_wait_are_shown_with_the_end_of_the_wait() {
        let mut job = job(10, 8, 10);
        let seconds = Duration::from_secs;
        job.waiting(Some(4), seconds(30));
        let two = progress(&[(Status::Invited, 8)], 2);
        assert!(job.describe(&two).ends_with(", 1/s, 2 s left"), "another row is in flight");
        job.waiting(Some(5), seconds(20));
        let text = job.describe(&two);
        assert!(text.contains(", 2 rows waiting until ") && text.ends_with(", 19 s left"), "{text}");
        job.sending(Some(5));
        assert!(!job.describe(&two).contains("waiting"));
        let one = progress(&[(Status::Invited, 9)], 1);
        assert!(job.describe(&one).contains(", 1 row waiting until "));
    }
}
