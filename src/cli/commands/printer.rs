//! Prints a check to standard output: the findings, then the result.

use std::io::{self, BufWriter, StdoutLock, Write};

use bulk_invite::model::Exit;
use bulk_invite::plan::{Checked, Explanation, Finding};
use bulk_invite::report::{
    CHECK_COLUMNS, CheckJson, FindingsJson, InputFacts, check_text, escaped_json, explanation_record, explanation_text,
    finding_record, finding_text,
};

use crate::cli::args::CheckFormat;

/// A printer for one format. Text and CSV are printed finding by finding. JSON is one document, so its findings are kept
/// until the end.
pub(crate) struct Printer {
    kind: Kind,
}

enum Kind {
    Text { out: BufWriter<IgnoreBrokenPipe>, any: bool },
    Csv(Box<csv::Writer<IgnoreBrokenPipe>>),
    Json { out: BufWriter<IgnoreBrokenPipe>, findings: FindingsJson },
}

impl Printer {
    pub(crate) fn new(format: CheckFormat) -> io::Result<Self> {
        let out = IgnoreBrokenPipe { out: io::stdout().lock(), is_open: true };
        let kind = match format {
            CheckFormat::Text => Kind::Text { out: BufWriter::new(out), any: false },
            CheckFormat::Csv => {
                let mut csv = csv::Writer::from_writer(out);
                csv.write_record(CHECK_COLUMNS)?;
                Kind::Csv(Box::new(csv))
            }
            CheckFormat::Json => Kind::Json { out: BufWriter::new(out), findings: FindingsJson::default() },
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
            Kind::Json { findings, .. } => Ok(findings.add(finding)?),
        }
    }

    pub(crate) fn explanation(&mut self, explanation: &Explanation) -> io::Result<()> {
        match &mut self.kind {
            Kind::Text { out, any } => {
                *any = true;
                writeln!(out, "{}", explanation_text(explanation))
            }
            Kind::Csv(csv) => Ok(csv.write_record(explanation_record(explanation).iter().map(|cell| cell.as_bytes()))?),
            Kind::Json { findings, .. } => Ok(findings.explain(explanation)?),
        }
    }

    /// Prints the result; `online` if the organizations were read. Only the JSON format prints the exit code.
    pub(crate) fn finish(self, input: &InputFacts, checked: &Checked, online: bool, exit: Exit) -> io::Result<()> {
        match self.kind {
            Kind::Text { mut out, any } => {
                let gap = if any { "\n" } else { "" };
                writeln!(out, "{gap}{}", check_text(checked))?;
                out.flush()
            }
            Kind::Csv(mut csv) => csv.flush(),
            Kind::Json { mut out, findings } => {
                let json = serde_json::to_string(&CheckJson::new(findings, input, checked, online, exit))?;
                writeln!(out, "{}", escaped_json(&json))?;
                out.flush()
            }
        }
    }
}

/// A standard output that may be closed early, as `head` does. That is not a failure, so the exit code is unchanged.
struct IgnoreBrokenPipe {
    out: StdoutLock<'static>,
    is_open: bool,
}

impl IgnoreBrokenPipe {
    fn unless_gone<T>(&mut self, done: io::Result<T>, otherwise: T) -> io::Result<T> {
        match done {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_open = false;
                Ok(otherwise)
            }
            done => done,
        }
    }
}

impl Write for IgnoreBrokenPipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_open {
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
