//! The files that a job writes. Paths that cannot be written, or would overwrite a needed file, are refused before
//! anything is sent.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bulk_invite::report::html::{PageError, check_target};
use bulk_invite::results::{FileLock, Start};
use jiff::Timestamp;
use thiserror::Error;

use super::paths::{beside_results, beside_sheet, check_writable, is_dash, is_same, is_workbook};
use crate::cli::args::{AccountArgs, JobArgs, RevokeArgs, RunArgs};
use crate::cli::settings::{ProfileFile, atlas_cli_file, environment};

/// A file of a job that cannot be written.
#[derive(Debug, Error)]
pub(crate) enum OutputError {
    #[error("standard input has no name to derive the name of the results from; pass --results FILE")]
    NoResultsPath,
    #[error("--report cannot write to standard output; run `bulk-invite report RESULTS --output -` afterwards")]
    PageToStandardOutput,
    #[error("{flag} {}: the file is written as CSV; choose a name that ends in .csv", path.display())]
    WorkbookName { flag: OutputFlag, path: PathBuf },
    #[error("{flag} would overwrite {file}; choose another file")]
    Overwrites { flag: OutputFlag, file: JobFile },
    #[error("cannot write {}: {source}; choose another file with {flag}", path.display())]
    Unwritable { flag: OutputFlag, path: PathBuf, source: io::Error },
    #[error("--report: {0}")]
    Page(PageError),
}

/// A flag that names a file to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputFlag {
    Results,
    Failed,
    Summary,
    Report,
}

impl fmt::Display for OutputFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OutputFlag::Results => "--results",
            OutputFlag::Failed => "--failed",
            OutputFlag::Summary => "--summary",
            OutputFlag::Report => "--report",
        })
    }
}

/// A file that must not be overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobFile {
    Spreadsheet,
    /// The results that `revoke` reads.
    ResultsOfRun,
    Results,
    FailedRows,
    Summary,
    Report,
    Profile,
    AtlasCliProfile,
    Authorities,
    Lock,
}

impl fmt::Display for JobFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            JobFile::Spreadsheet => "the spreadsheet",
            JobFile::ResultsOfRun => "the results of the run",
            JobFile::Results => "the results",
            JobFile::FailedRows => "the file of --failed",
            JobFile::Summary => "the file of --summary",
            JobFile::Report => "the page",
            JobFile::Profile => "the profile file",
            JobFile::AtlasCliProfile => "the profile file of the Atlas CLI",
            JobFile::Authorities => "the file of certificate authorities",
            JobFile::Lock => "the lock of the results",
        })
    }
}

/// The files of a job.
pub(crate) struct Files<'a> {
    /// The files that the job reads.
    inputs: Vec<(PathBuf, JobFile)>,
    pub(crate) results: PathBuf,
    /// Set if `--results` names the results file.
    is_named: bool,
    failed: Option<&'a Path>,
    pub(crate) job: &'a JobArgs,
}

/// Returns the files of `run`, after checking them.
pub(crate) fn of_run(args: &RunArgs) -> Result<Files<'_>, OutputError> {
    let shard = args.sheet.shard.map(|shard| format!(".{}-of-{}", shard.number(), shard.of())).unwrap_or_default();
    let kind = match (args.job.dry_run, args.sandbox) {
        (true, _) => "dry-run",
        (false, true) => "sandbox.results",
        (false, false) => "results",
    };
    let results = match &args.results {
        Some(results) => results.clone(),
        None if is_dash(&args.file) => return Err(OutputError::NoResultsPath),
        None => beside_sheet(&args.file, &format!("{kind}{shard}")),
    };
    let inputs = inputs((&args.file, JobFile::Spreadsheet), &args.account, &args.job);
    let is_named = args.results.is_some();
    Files { inputs, results, is_named, failed: args.failed.as_deref(), job: &args.job }.checked()
}

/// Returns the files of `revoke`, after checking them.
pub(crate) fn of_revoke(args: &RevokeArgs) -> Result<Files<'_>, OutputError> {
    let kind = if args.job.dry_run { "revoke-dry-run" } else { "revoked" };
    let results = args.results.clone().unwrap_or_else(|| beside_results(&args.file, kind));
    let inputs = inputs((&args.file, JobFile::ResultsOfRun), &args.account, &args.job);
    Files { inputs, results, is_named: args.results.is_some(), failed: None, job: &args.job }.checked()
}

/// Returns the files that a job reads.
fn inputs((path, file): (&Path, JobFile), account: &AccountArgs, job: &JobArgs) -> Vec<(PathBuf, JobFile)> {
    let profile = ProfileFile::load(account, &environment).ok().and_then(|file| file.place.path);
    let atlas_cli = account.atlas_cli_profile.as_ref().and_then(|_| atlas_cli_file(&environment));
    let system = environment("SSL_CERT_FILE").map(PathBuf::from);
    let files = [
        (Some(path.to_owned()), file),
        (profile, JobFile::Profile),
        (atlas_cli, JobFile::AtlasCliProfile),
        (job.pace.calls.ca_cert.clone(), JobFile::Authorities),
        (system, JobFile::Authorities),
    ];
    files.into_iter().filter_map(|(path, file)| Some((path?, file))).collect()
}

impl<'a> Files<'a> {
    /// Checks every path that will be written. The journal checks the contents of an existing results file.
    fn checked(self) -> Result<Self, OutputError> {
        let (results, failed, report) = (self.results.as_path(), self.failed, self.job.report.as_deref());
        // `-` is standard output there.
        let summary = self.job.summary.as_deref().filter(|path| !is_dash(path));
        if report.is_some_and(is_dash) {
            return Err(OutputError::PageToStandardOutput);
        }
        let named_results = self.is_named.then_some(results);
        for (path, flag) in [(failed, OutputFlag::Failed), (named_results, OutputFlag::Results)] {
            if let Some(path) = path.filter(|path| is_workbook(path)) {
                return Err(OutputError::WorkbookName { flag, path: path.to_owned() });
            }
        }
        let is_other = fs::metadata(results).is_ok_and(|found| !found.is_file());
        if is_other {
            let source = io::Error::other("it is not a file");
            return Err(OutputError::Unwritable { flag: OutputFlag::Results, path: results.to_owned(), source });
        }
        let outputs = [
            (Some(results), OutputFlag::Results, JobFile::Results),
            (failed, OutputFlag::Failed, JobFile::FailedRows),
            (summary, OutputFlag::Summary, JobFile::Summary),
            (report, OutputFlag::Report, JobFile::Report),
        ];
        let mut others = self.inputs.clone();
        refuse_same(OutputFlag::Results, &FileLock::path(results), &others)?;
        others.push((FileLock::path(results), JobFile::Lock));
        for (path, flag, file) in outputs {
            let Some(path) = path else { continue };
            refuse_same(flag, path, &others)?;
            others.push((path.to_owned(), file));
            if flag != OutputFlag::Results {
                check_writable(path).map_err(|source| OutputError::Unwritable {
                    flag,
                    path: path.to_owned(),
                    source,
                })?;
            }
        }
        if let Some(report) = report {
            check_target(report).map_err(OutputError::Page)?;
        }
        Ok(self)
    }

    /// Returns how to treat an existing results file.
    pub(crate) fn start(&self, now: Timestamp) -> Start {
        if self.job.dry_run {
            // A dry run does not resume an earlier one.
            Start::Replace
        } else if self.job.fresh {
            Start::Fresh(now)
        } else {
            Start::Continue
        }
    }
}

fn refuse_same(flag: OutputFlag, path: &Path, others: &[(PathBuf, JobFile)]) -> Result<(), OutputError> {
    match others.iter().find(|(other, _)| is_same(path, other)) {
        Some((_, file)) => Err(OutputError::Overwrites { flag, file: *file }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};

    #[test]
    fn no_file_of_a_job_overwrites_another() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        fs::write(at("people.csv"), "").unwrap();
        let check = |flags: &[(&str, &str)]| {
            let flags = flags.iter().flat_map(|(flag, name)| [(*flag).to_owned(), at(name)]);
            let typed = ["bulk-invite", "run", &at("people.csv")].map(str::to_owned).into_iter().chain(flags);
            let Command::Run(args) = Cli::parse_from(typed).command else { panic!("another command") };
            of_run(&args).map(|files| files.results)
        };
        assert_eq!(check(&[]).unwrap(), folder.path().join("people.results.csv"));
        let (failed, config) = (("--failed", "failed.csv"), ("--config", "config.toml"));
        fs::write(at("config.toml"), "").unwrap();
        #[cfg(unix)]
        fs::hard_link(at("config.toml"), at("config")).unwrap();
        for (flags, overwritten) in [
            (&[("--results", "people.csv")][..], (OutputFlag::Results, JobFile::Spreadsheet)),
            (&[("--summary", "people.csv")], (OutputFlag::Summary, JobFile::Spreadsheet)),
            (&[("--report", "people.results.csv")], (OutputFlag::Report, JobFile::Results)),
            (&[failed, ("--summary", "failed.csv")], (OutputFlag::Summary, JobFile::FailedRows)),
            (&[failed, ("--report", "failed.csv")], (OutputFlag::Report, JobFile::FailedRows)),
            (&[("--summary", "page"), ("--report", "page")], (OutputFlag::Report, JobFile::Summary)),
            (&[config, ("--failed", "config.toml")], (OutputFlag::Failed, JobFile::Profile)),
            (&[("--ca-cert", "ca.pem"), ("--summary", "ca.pem")], (OutputFlag::Summary, JobFile::Authorities)),
            (&[("--failed", "people.results.csv.lock")], (OutputFlag::Failed, JobFile::Lock)),
            #[cfg(unix)]
            (&[config, ("--results", "config")], (OutputFlag::Results, JobFile::Profile)),
        ] {
            let error = check(flags).unwrap_err();
            let OutputError::Overwrites { flag, file } = error else { panic!("{error}") };
            assert_eq!((flag, file), overwritten);
        }
        let error = check(&[("--failed", "failed.xlsx")]).unwrap_err();
        assert!(matches!(error, OutputError::WorkbookName { flag: OutputFlag::Failed, .. }), "{error}");
    }
}
