//! Messages and progress on standard error: a progress bar on a terminal, plain lines otherwise, JSON lines with
//! `--log-format json`, only errors with `--quiet`.

mod json;
mod progress;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use bulk_invite::engine::{Event, Learned, Progress};
use bulk_invite::model::{Halt, JobKind, Status, StopReason};
use bulk_invite::report::{InputFacts, announcement, duration, escaped, escaped_json, escaped_lines};
use bulk_invite::results::Line;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use self::progress::JobProgress;
use crate::cli::args::LogFormat;
use crate::cli::diagnostics::directives;

/// The time between two plain lines of progress.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// A printer of messages and progress.
pub(crate) struct Screen {
    kind: Kind,
    progress: JobProgress,
}

enum Kind {
    Bar(ProgressBar),
    Plain { last: Instant },
    Json,
    Quiet,
}

impl Screen {
    /// Creates a screen of a kind that fits the flags and standard error.
    pub(crate) fn new(format: LogFormat, quiet: bool) -> Self {
        let kind = match format {
            LogFormat::Json => Kind::Json,
            LogFormat::Text if quiet => Kind::Quiet,
            // The lines that RUST_LOG turns on would break up a bar.
            LogFormat::Text if io::stderr().is_terminal() && directives().is_none() => Kind::Bar(ProgressBar::hidden()),
            LogFormat::Text => Kind::Plain { last: Instant::now() },
        };
        if let Kind::Json = kind {
            // The default message of a panic would not be JSON.
            std::panic::set_hook(Box::new(|panic| print_json(json!({"event": "bug", "text": panic.to_string()}))));
        }
        Self { kind, progress: JobProgress::start(JobKind::default(), None) }
    }

    /// Shows a spinner on a terminal, until there is progress to show.
    pub(crate) fn wait(&mut self, text: &'static str) {
        if let Kind::Bar(bar) = &mut self.kind {
            *bar = ProgressBar::new_spinner().with_message(text);
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(200));
        }
    }

    /// Shows the progress of a job from now on.
    pub(crate) fn start(&mut self, rows: Option<u64>, job: JobKind) {
        self.progress = JobProgress::start(job, rows);
        if let Kind::Bar(bar) = &mut self.kind {
            *bar = rows.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            bar.set_draw_target(ProgressDrawTarget::stderr());
            let template = match rows {
                Some(_) => "{wide_bar} {pos}/{len} {msg}",
                None => "{spinner} {pos} rows {msg}",
            };
            // A mistake in the template shows in the first test run.
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style.progress_chars("=> "));
        }
    }

    /// Removes the bar.
    pub(crate) fn stop(&mut self) {
        if let Kind::Bar(bar) = &self.kind {
            bar.finish_and_clear();
        }
    }

    /// Prints a line, unless the screen is quiet.
    pub(crate) fn note(&self, text: impl Display) {
        match &self.kind {
            Kind::Bar(bar) => bar.suspend(|| print(text)),
            Kind::Plain { .. } => print(text),
            Kind::Json => print_json(json!({"event": "note", "text": text.to_string()})),
            Kind::Quiet => {}
        }
    }

    /// Prints how the spreadsheet was read, unless the screen is quiet.
    pub(crate) fn input(&self, input: &InputFacts) {
        match &self.kind {
            Kind::Bar(_) | Kind::Plain { .. } | Kind::Quiet => self.note(input),
            Kind::Json => print_json(json!({"event": "input", "input": input})),
        }
    }

    /// Returns whether standard error holds JSON lines only.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.kind, Kind::Json)
    }

    /// Prints a question as a JSON line.
    pub(crate) fn question(&self, text: &str) {
        print_json(json!({"event": "question", "text": text.trim_end()}));
    }

    /// Prints an error.
    pub(crate) fn error(&self, text: impl Display) {
        match &self.kind {
            Kind::Bar(bar) => bar.suspend(|| print(format_args!("error: {text}"))),
            Kind::Plain { .. } | Kind::Quiet => print(format_args!("error: {text}")),
            Kind::Json => print_json(json!({"event": "error", "text": text.to_string()})),
        }
    }

    /// Prints the summary: the text, or the facts for machines.
    pub(crate) fn summary(&self, text: &str, facts: Value) {
        match &self.kind {
            Kind::Bar(_) | Kind::Plain { .. } => print(text),
            Kind::Json => print_json(json!({"event": "summary", "summary": facts})),
            Kind::Quiet => {}
        }
    }

    /// Prints an event of a run.
    pub(crate) fn on_event(&mut self, event: Event<'_>) {
        if let Kind::Json = self.kind
            && let Some(object) = json::event(&event)
        {
            return print_json(object);
        }
        match event {
            Event::Sending { row, .. } => self.progress.sending(row),
            Event::Waiting { row, delay, .. } => self.progress.waiting(row, delay),
            Event::Settled { row, kept, .. } => self.progress.settled(row, kept),
            Event::Learned { learned: Learned::Invitations { limit, period }, time_left } => {
                let left = time_left.map(|left| format!(", at least {} left", duration(left)));
                self.note(format_args!(
                    "rate limit: {limit} invitations per {}{}",
                    duration(period),
                    left.unwrap_or_default()
                ));
            }
            Event::Progress(progress) => self.progress(&progress),
            Event::Stopping { halt } => self.stopping(halt),
            Event::Blocked { organization, blocked } => {
                let why = blocked.to_string();
                let why = escaped(why.trim_end_matches('.'));
                self.error(format_args!("organization {organization}: {why}; continuing with the other organizations"));
            }
            Event::Unwritten { lines } => lines.iter().for_each(|line| self.unwritten(line)),
        }
    }

    fn stopping(&self, halt: &Halt) {
        let text = announcement(halt);
        match halt.reason() {
            StopReason::Declined | StopReason::Signal(_) | StopReason::SecondSignal(_) => self.note(escaped(&text)),
            StopReason::FailedRowsUnwritable
            | StopReason::DeadlineReached
            | StopReason::TooManyFailures
            | StopReason::WaitTooLong
            | StopReason::OrganizationBlocked
            | StopReason::InputUnreadable
            | StopReason::ResultsUnwritable => self.error(escaped(&text)),
        }
    }

    /// Prints a line that could not be written to the results, if a request was sent for it.
    fn unwritten(&self, line: &Line) {
        let status = line.outcome.status;
        if matches!(status, Status::Invited | Status::Revoked | Status::Unknown) {
            let row = line.row.unwrap_or_default();
            let id = line.outcome.invite_id.as_deref().unwrap_or_default();
            let text = format!("not written to the results: row {row}, {}, {} {id}", line.email, status.as_str());
            self.error(escaped(&text));
        }
    }

    fn progress(&mut self, progress: &Progress) {
        let text = self.progress.describe(progress);
        match &mut self.kind {
            Kind::Bar(bar) => {
                bar.set_position(progress.tally.total());
                bar.set_message(text);
            }
            Kind::Plain { last } if last.elapsed() >= PLAIN_EVERY => {
                *last = Instant::now();
                let of = self.progress.rows.map(|rows| format!("/{rows}")).unwrap_or_default();
                print(format_args!("{}{of} rows, {text}", progress.tally.total()));
            }
            Kind::Plain { .. } | Kind::Json | Kind::Quiet => {}
        }
    }
}

/// Prints a text, which cannot control the terminal. A closed standard error is not an error.
fn print(text: impl Display) {
    print_line(&escaped_lines(&text.to_string()));
}

fn print_json(object: Value) {
    print_line(&escaped_json(&json::line(object)));
}

fn print_line(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
