//! Standard output of a check: findings as they come, then what it all comes to.

use std::fmt;
use std::io::{self, BufWriter, StdoutLock, Write};

use bulk_invite::model::Exit;
use bulk_invite::plan::{Checked, Finding, FindingKind};
use bulk_invite::report::{CHECK_COLUMNS, check_json, check_text, finding_json, finding_record, finding_text};

use crate::cli::args::CheckFormat;

/// Prints in one format. Text and CSV go out as they come; JSON is one document, so its findings gather in memory, as text.
pub(crate) struct Printer {
    kind: Kind,
}

enum Kind {
    Text { out: BufWriter<IgnoreBrokenPipe>, any: bool },
    Csv(Box<csv::Writer<IgnoreBrokenPipe>>),
    Json { out: BufWriter<IgnoreBrokenPipe>, problems: String, warnings: String },
}

impl Printer {
    pub(crate) fn new(format: CheckFormat) -> io::Result<Self> {
        let out = IgnoreBrokenPipe { out: io::stdout().lock(), is_heard: true };
        let kind = match format {
            CheckFormat::Text => Kind::Text { out: BufWriter::new(out), any: false },
            CheckFormat::Csv => {
                let mut csv = csv::Writer::from_writer(out);
                csv.write_record(CHECK_COLUMNS)?;
                Kind::Csv(Box::new(csv))
            }
            CheckFormat::Json => {
                Kind::Json { out: BufWriter::new(out), problems: String::new(), warnings: String::new() }
            }
        };
        Ok(Self { kind })
    }

    pub(crate) fn finding(&mut self, finding: &Finding<'_>) -> io::Result<()> {
        match &mut self.kind {
            Kind::Text { out, any } => {
                *any = true;
                writeln!(out, "{}", finding_text(finding))
            }
            Kind::Csv(csv) => Ok(csv.write_record(finding_record(finding).iter().map(|cell| cell.as_bytes()))?),
            Kind::Json { problems, warnings, .. } => {
                let list = match finding.kind {
                    FindingKind::Invalid => problems,
                    FindingKind::Duplicate
                    | FindingKind::AlreadyInvited
                    | FindingKind::AlreadyMember
                    | FindingKind::Warning => warnings,
                };
                let comma = if list.is_empty() { "" } else { "," };
                // Writing to a string does not fail.
                let _ = fmt::Write::write_fmt(list, format_args!("{comma}{}", finding_json(finding)));
                Ok(())
            }
        }
    }

    /// Prints the sum, and the exit code where machines read; `online` where the organizations were asked.
    pub(crate) fn finish(self, checked: &Checked, online: bool, exit: Exit) -> io::Result<()> {
        match self.kind {
            Kind::Text { mut out, any } => {
                let gap = if any { "\n" } else { "" };
                writeln!(out, "{gap}{}", check_text(checked))?;
                out.flush()
            }
            Kind::Csv(mut csv) => csv.flush(),
            Kind::Json { mut out, problems, warnings } => {
                let mut facts = check_json(checked, online);
                facts["exit_code"] = (exit as i32).into();
                let facts = facts.to_string();
                // The lists join the facts in one object.
                let facts = facts.trim_start_matches('{');
                writeln!(out, "{{\"problems\":[{problems}],\"warnings\":[{warnings}],{facts}")?;
                out.flush()
            }
        }
    }
}

/// Standard output, whose reader may have seen enough: that is no failure, and the exit code is still worked out.
struct IgnoreBrokenPipe {
    out: StdoutLock<'static>,
    is_heard: bool,
}

impl IgnoreBrokenPipe {
    fn unless_gone<T>(&mut self, done: io::Result<T>, otherwise: T) -> io::Result<T> {
        match done {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_heard = false;
                Ok(otherwise)
            }
            done => done,
        }
    }
}

impl Write for IgnoreBrokenPipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_heard {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        self.unless_gone(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.unless_gone(flushed, ())
    }
}
