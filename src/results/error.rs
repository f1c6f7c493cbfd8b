//! Errors of the results file of a run. No remedy in them loses the record of what the job has sent.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use super::line::Line;
use crate::spreadsheet::SheetError;

/// An error on opening or writing a results file.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "see the messages; `path` is the results file, `source` the system's error")]
pub enum JournalError {
    #[error("another bulk-invite is using {}; wait until it has finished", path.display())]
    Locked { path: PathBuf },
    #[error("cannot write the results to {}: {source}; choose another file with --results", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("cannot read the earlier results in {}: {source}; choose another file with --results", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} already exists and is not a results file of bulk-invite; choose another file with --results", path.display())]
    NotOurs { path: PathBuf },
    #[error("{} contains the results of another command; choose another file with --results", path.display())]
    OtherJob { path: PathBuf },
    #[error(
        "{} records invitations to another organization ({organization}); choose another file with --results",
        path.display()
    )]
    OtherOrganization { path: PathBuf, organization: String },
    #[error("{}, line {line}: {problem}; undo the edit to that line", path.display())]
    Damaged { path: PathBuf, line: u64, problem: Cow<'static, str> },
    #[error("cannot read the earlier results in {}: {source}", path.display())]
    Foreign { path: PathBuf, source: SheetError },
    #[error(
        "{} records what a run has sent, which a dry run would replace; leave out --results, or choose another file with it",
        path.display()
    )]
    OnRecord { path: PathBuf },
    /// Another program has changed the file. The journal continues in `recovered`.
    #[error(
        "another program has changed {} during the run; {} in {}",
        path.display(),
        if *lost == 0 { "all recorded lines are".to_owned() } else { format!("the recorded lines, except those of {lost} rows, are") },
        recovered.display()
    )]
    Changed { path: PathBuf, recovered: PathBuf, lost: u64 },
    /// Writing failed; `unwritten` are the lines that are not in the file.
    #[error("cannot write the results to {}: {source}", path.display())]
    Broken { path: PathBuf, source: io::Error, unwritten: Vec<Line> },
    /// The file of `--failed` at `path` could not be written; the results are complete.
    #[error("cannot write the failed rows to {} (--failed): {source}", path.display())]
    FailedRows { path: PathBuf, source: io::Error },
}
