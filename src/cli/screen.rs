//! Standard error: a bar on a terminal, plain lines elsewhere, JSON lines on demand, nothing but errors when quiet.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use bulk_invite::engine::{Event, Learned, Progress};
use bulk_invite::model::{JobKind, Status, StopReason};
use bulk_invite::report::{announcement, duration, escaped, rows};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::cli::args::LogFormat;
use crate::cli::diagnostics::directives;

/// How often plain lines tell how far the run is.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// Tells whoever watches.
pub(crate) struct Screen {
    kind: Kind,
    started: Instant,
    /// Rows that this run settled itself, for the rate.
    settled: u64,
    /// Until when rows at work wait before they are tried again or asked about.
    delayed: HashMap<Option<u32>, Instant>,
    rows: Option<u64>,
    job: JobKind,
}

enum Kind {
    Bar(ProgressBar),
    Plain { told: Instant },
    Json,
    Quiet,
}

impl Screen {
    /// A screen for what the user asked for and what standard error is.
    pub(crate) fn new(format: LogFormat, quiet: bool) -> Self {
        let kind = match format {
            LogFormat::Json => Kind::Json,
            LogFormat::Text if quiet => Kind::Quiet,
            // A bar would be torn to pieces by what RUST_LOG asks for.
            LogFormat::Text if io::stderr().is_terminal() && directives().is_none() => Kind::Bar(ProgressBar::hidden()),
            LogFormat::Text => Kind::Plain { told: Instant::now() },
        };
        Self { kind, started: Instant::now(), settled: 0, delayed: HashMap::new(), rows: None, job: JobKind::default() }
    }

    /// Shows on a terminal that something goes on before there is progress to show.
    pub(crate) fn wait(&mut self, what: &'static str) {
        if let Kind::Bar(bar) = &mut self.kind {
            *bar = ProgressBar::new_spinner().with_message(what);
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(200));
        }
    }

    /// Shows the progress of a job from here on.
    pub(crate) fn start(&mut self, rows: Option<u64>, job: JobKind) {
        self.job = job;
        self.started = Instant::now();
        self.rows = rows;
        if let Kind::Bar(bar) = &mut self.kind {
            *bar = rows.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            bar.set_draw_target(ProgressDrawTarget::stderr());
            let template = match rows {
                Some(_) => "{wide_bar} {pos}/{len} {msg}",
                None => "{spinner} {pos} rows {msg}",
            };
            // The template is ours; a mistake in it shows in the first test run.
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style.progress_chars("=> "));
        }
    }

    /// Takes the bar away.
    pub(crate) fn stop(&mut self) {
        if let Kind::Bar(bar) = &self.kind {
            bar.finish_and_clear();
        }
    }

    /// Keeps Rust's own words about a bug in a worker from breaking into what machines read; the row tells of it.
    pub(crate) fn guard_machines(&self) {
        if let Kind::Json = self.kind {
            std::panic::set_hook(Box::new(|panic| line(&told(json!({"event": "bug", "text": panic.to_string()})))));
        }
    }

    /// A line for the user, unless nothing is to be said.
    pub(crate) fn note(&self, text: &str) {
        match &self.kind {
            Kind::Bar(bar) => bar.suspend(|| line(text)),
            Kind::Plain { .. } => line(text),
            Kind::Json => self.json(json!({"event": "note", "text": text})),
            Kind::Quiet => {}
        }
    }

    /// An error, which is always said.
    pub(crate) fn error(&self, text: &str) {
        match &self.kind {
            Kind::Bar(bar) => bar.suspend(|| line(&format!("error: {text}"))),
            Kind::Plain { .. } | Kind::Quiet => line(&format!("error: {text}")),
            Kind::Json => self.json(json!({"event": "error", "text": text})),
        }
    }

    /// The summary: text for people, the same facts for machines.
    pub(crate) fn summary(&self, text: &str, facts: Value) {
        match &self.kind {
            Kind::Bar(_) | Kind::Plain { .. } => line(text),
            Kind::Json => self.json(json!({"event": "summary", "summary": facts})),
            Kind::Quiet => {}
        }
    }

    fn json(&self, event: Value) {
        line(&told(event));
    }

    pub(crate) fn on_event(&mut self, event: Event<'_>) {
        if let Kind::Json = self.kind
            && let Some(event) = machine(&event)
        {
            self.json(event);
        }
        match event {
            Event::Sending { row, .. } => _ = self.delayed.remove(&row),
            Event::Waiting { row, delay, .. } => _ = self.delayed.insert(row, Instant::now() + delay),
            Event::Settled { row, kept, .. } => {
                self.delayed.remove(&row);
                self.settled += u64::from(!kept);
            }
            Event::Learned { learned: Learned::Invitations { limit, period }, time_left } => {
                let left = time_left.map(|left| format!("; what is left takes at least {}", duration(left)));
                self.note(&format!(
                    "Atlas lets through {limit} invitations in {}{}",
                    duration(period),
                    left.unwrap_or_default()
                ));
            }
            Event::Progress(progress) => self.progress(&progress),
            // Machines have been told already.
            Event::Stopping { .. } if matches!(self.kind, Kind::Json) => {}
            Event::Stopping { halt } => match halt.reason() {
                StopReason::Declined | StopReason::Signal(_) | StopReason::SecondSignal(_) => {
                    self.note(&escaped(&announcement(halt)));
                }
                StopReason::FailedRowsUnwritable
                | StopReason::TooManyFailures
                | StopReason::OrganizationBlocked
                | StopReason::InputUnreadable
                | StopReason::ResultsUnwritable => self.error(&escaped(&announcement(halt))),
            },
            Event::Blocked { .. } if matches!(self.kind, Kind::Json) => {}
            Event::Blocked { organization, blocked } => {
                let why = blocked.to_string();
                let why = why.trim_end_matches('.');
                self.error(&format!("organization {organization}: {}; the others go on", escaped(why)));
            }
            Event::Unwritten { lines } => {
                let sent = |status| matches!(status, Status::Invited | Status::Revoked | Status::Unknown);
                for unwritten in lines.iter().filter(|unwritten| sent(unwritten.outcome.status)) {
                    let id = unwritten.outcome.invite_id.as_deref().unwrap_or_default();
                    self.error(&escaped(&format!(
                        "not in the results: row {}, {}, {} {id}",
                        unwritten.row.unwrap_or_default(),
                        unwritten.email,
                        unwritten.outcome.status.as_str()
                    )));
                }
            }
        }
    }

    fn progress(&mut self, progress: &Progress) {
        let message = self.message(progress);
        match &mut self.kind {
            Kind::Bar(bar) => {
                bar.set_position(progress.tally.total());
                bar.set_message(message);
            }
            Kind::Plain { told } if told.elapsed() >= PLAIN_EVERY => {
                *told = Instant::now();
                let of = self.rows.map(|rows| format!("/{rows}")).unwrap_or_default();
                line(&format!("{}{of} rows, {message}", progress.tally.total()));
            }
            Kind::Plain { .. } | Kind::Json | Kind::Quiet => {}
        }
    }

    fn message(&self, progress: &Progress) -> String {
        let done = match self.job {
            JobKind::Invite => Status::Invited,
            JobKind::Revoke => Status::Revoked,
        };
        let count = |status| progress.tally.count(status);
        let failed = count(Status::Failed) + count(Status::Invalid);
        let mut message = format!("{} {}, {failed} failed", count(done), done.as_str());
        if count(Status::Unknown) > 0 {
            message.push_str(&format!(", {} unknown", count(Status::Unknown)));
        }
        let elapsed = self.started.elapsed();
        let rate = self.settled as f64 / elapsed.as_secs_f64().max(0.001);
        let limit = progress.waiting.filter(|waiting| *waiting >= Duration::from_secs(1));
        let pause = self.pause(progress.in_flight);
        match (limit, pause) {
            (Some(waiting), _) => message.push_str(&format!(", limit until {}", wall_clock(waiting))),
            (None, Some(pause)) => {
                let (rows, wait) =
                    (rows(progress.in_flight as u64), if progress.in_flight == 1 { "waits" } else { "wait" });
                message.push_str(&format!(", {rows} {wait} until {}", wall_clock(pause)));
            }
            // What was done in a moment tells nothing of the pace.
            (None, None) if elapsed < Duration::from_secs(1) => {}
            (None, None) => message.push_str(&format!(", {rate:.0}/s")),
        }
        if let Some(rows) = self.rows {
            let left = rows.saturating_sub(progress.tally.total());
            // The limits ahead count, not only the rate so far, which the first burst makes look too good.
            let ahead = progress.limits.unwrap_or_default().max(pause.unwrap_or_default());
            let by_rate = Duration::try_from_secs_f64(left as f64 / rate).unwrap_or_default();
            let left = if progress.waiting.is_some() || pause.is_some() { ahead } else { ahead.max(by_rate) };
            if left >= Duration::from_secs(1) {
                message.push_str(&format!(", {} left", duration(Duration::from_secs(left.as_secs()))));
            }
        }
        message
    }

    /// How long every row at work still waits, where all of them do.
    fn pause(&self, at_work: usize) -> Option<Duration> {
        let now = Instant::now();
        let ahead = self.delayed.values().filter_map(|until| until.checked_duration_since(now));
        let (rows, first) = ahead.fold((0, Duration::MAX), |(rows, first), pause| (rows + 1, first.min(pause)));
        (rows > 0 && rows >= at_work && first >= Duration::from_secs(1)).then_some(first)
    }
}

/// The time of day so long from now.
fn wall_clock(ahead: Duration) -> String {
    let then = Timestamp::now().checked_add(ahead).unwrap_or(Timestamp::MAX);
    then.to_zoned_datetime(TimeZone::system()).strftime("%H:%M:%S").to_string()
}

/// The event with its time, as one line.
fn told(mut event: Value) -> String {
    event["time"] = Timestamp::now().to_string().into();
    event.to_string()
}

/// The event as a JSON object; `None` for what only a bar needs.
fn machine(event: &Event<'_>) -> Option<Value> {
    let millis = |duration: &Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Some(match event {
        Event::Sending { row, attempt } => json!({"event": "attempt", "row": row, "attempt": attempt}),
        Event::Waiting { row, why, delay } => {
            json!({"event": "wait", "row": row, "why": why, "delay_ms": millis(delay)})
        }
        Event::Settled { row, email, outcome, kept } => json!({
            "event": "outcome",
            "row": row,
            "email": email,
            "status": outcome.status.as_str(),
            "invite_id": outcome.invite_id,
            "http_status": outcome.http_status,
            "error_code": outcome.error_code,
            "error_detail": outcome.error_detail,
            "attempts": outcome.attempts,
            "kept": kept,
        }),
        Event::Learned { .. } | Event::Progress(_) | Event::Unwritten { .. } => return None,
        Event::Stopping { halt } => {
            json!({"event": "halt", "reason": halt.reason().as_str(), "why": announcement(halt)})
        }
        Event::Blocked { organization, blocked } => json!({
            "event": "halt",
            "org_id": organization,
            "reason": blocked.reason.code(),
            "why": blocked.to_string(),
        }),
    })
}

/// One line on standard error. Nobody reading it is no reason to fail.
fn line(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use bulk_invite::model::Tally;

    use super::*;

    fn screen(rows: u64, settled: u64, seconds: u64) -> Screen {
        let started = Instant::now() - Duration::from_secs(seconds);
        Screen { started, settled, rows: Some(rows), ..Screen::new(LogFormat::Text, true) }
    }

    fn progress(statuses: &[(Status, usize)], in_flight: usize) -> Progress {
        let mut tally = Tally::default();
        statuses.iter().for_each(|(status, count)| (0..*count).for_each(|_| tally.add(*status)));
        Progress { tally, in_flight, ..Progress::default() }
    }

    #[test]
    fn the_time_left_goes_by_the_rate_once_there_is_one() {
        let invited = progress(&[(Status::Invited, 20)], 16);
        assert_eq!(screen(100, 20, 10).message(&invited), "20 invited, 0 failed, 2/s, 40 s left");
        assert_eq!(screen(100, 0, 10).message(&progress(&[], 16)), "0 invited, 0 failed, 0/s");
        let held = Progress { limits: Some(Duration::from_secs(60)), ..invited };
        assert_eq!(screen(100, 20, 10).message(&held), "20 invited, 0 failed, 2/s, 60 s left");
    }

    #[test]
    fn a_moment_tells_nothing_of_the_pace() {
        let halted = progress(&[(Status::Unknown, 16), (Status::NotSent, 24)], 0);
        assert_eq!(screen(40, 40, 0).message(&halted), "0 invited, 0 failed, 16 unknown");
    }

    #[test]
    fn rows_that_all_wait_are_told_with_the_time_until_the_first_goes_on() {
        let mut screen = screen(10, 8, 10);
        let waiting = |row, seconds| Event::Waiting { row: Some(row), why: "", delay: Duration::from_secs(seconds) };
        screen.on_event(waiting(4, 30));
        let two = progress(&[(Status::Invited, 8)], 2);
        assert!(screen.message(&two).ends_with(", 1/s, 2 s left"), "another row is on its way");
        screen.on_event(waiting(5, 20));
        let told = screen.message(&two);
        assert!(told.contains(", 2 rows wait until ") && told.ends_with(", 19 s left"), "{told}");
        screen.on_event(Event::Sending { row: Some(5), attempt: 2 });
        assert!(!screen.message(&two).contains("wait"));
        let one = progress(&[(Status::Invited, 9)], 1);
        assert!(screen.message(&one).contains(", 1 row waits until "));
    }
}
