//! Where a run writes. A path that would destroy something or cannot be written is found before anything is sent.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use bulk_invite::report::html::check_target;
use bulk_invite::results::Start;
use jiff::Timestamp;

use super::input::is_stdin;
use crate::cli::args::{JobArgs, RevokeArgs, RunArgs};
use crate::cli::settings::UsageError;

/// The files of a job.
pub(crate) struct Files<'a> {
    /// What it reads, and what that is called.
    pub(crate) input: (&'a Path, &'static str),
    /// Where the results go.
    pub(crate) results: PathBuf,
    /// Whether that was said.
    pub(crate) named: bool,
    pub(crate) failed: Option<&'a Path>,
    pub(crate) job: &'a JobArgs,
}

/// The files of a run, all checked.
pub(crate) fn of_run(args: &RunArgs) -> Result<Files<'_>, UsageError> {
    let shard = args.sheet.shard.map(|shard| format!(".{}-of-{}", shard.number(), shard.of())).unwrap_or_default();
    let kind = match (args.job.dry_run, args.sandbox) {
        (true, _) => "dry-run",
        (false, true) => "sandbox.results",
        (false, false) => "results",
    };
    let results = match &args.results {
        Some(results) => results.clone(),
        None if is_stdin(&args.file) => {
            return Err(UsageError("say where the results go with --results FILE".to_owned()));
        }
        None => beside(&args.file, &format!("{kind}{shard}")),
    };
    let input = (args.file.as_path(), "the spreadsheet");
    let named = args.results.is_some();
    Files { input, results, named, failed: args.failed.as_deref(), job: &args.job }.checked()
}

/// The files of a revocation, all checked.
pub(crate) fn of_revocation(args: &RevokeArgs) -> Result<Files<'_>, UsageError> {
    let kind = if args.job.dry_run { "revoke-dry-run" } else { "revoked" };
    let results = args.results.clone().unwrap_or_else(|| after(&args.file, kind));
    let input = (args.file.as_path(), "the results of the run");
    Files { input, results, named: args.results.is_some(), failed: None, job: &args.job }.checked()
}

impl Files<'_> {
    /// Every path that will be written has been checked, but the results are the journal's to open.
    fn checked(self) -> Result<Self, UsageError> {
        let Self { input: (input, called), results, named, failed, job } = &self;
        // `-` is standard output there.
        let summary = job.summary.as_deref().filter(|path| !is_stdin(path));
        let report = job.report.as_deref();
        if report.is_some_and(is_stdin) {
            let text =
                "--report writes a file; name one, or print the page afterwards with `report RESULTS --output -`";
            return Err(UsageError(text.to_owned()));
        }
        let others = [(*failed, "--failed"), (summary, "--summary"), (report, "--report")];
        let others = || others.iter().filter_map(|(path, flag)| Some(((*path)?, *flag)));
        for (path, flag) in [(*failed, "--failed"), (named.then_some(results), "--results")] {
            if let Some(path) = path.filter(|path| is_workbook(path)) {
                let shown = path.display();
                return Err(UsageError(format!("{flag} writes CSV; name a file that ends in .csv instead of {shown}")));
            }
        }
        let refuse =
            |flag: &str, what: &str| Err(UsageError(format!("{flag} would overwrite {what}; name another file")));
        for (path, flag) in others().chain([(results.as_path(), "--results")]) {
            if is_same(path, input) {
                return refuse(flag, called);
            }
        }
        for (path, flag) in others() {
            if is_same(path, results) {
                return refuse(flag, "the results");
            }
            try_to_write(path)
                .map_err(|error| UsageError(format!("cannot write {}: {error}; correct {flag}", path.display())))?;
        }
        if let (Some(failed), Some(summary)) = (failed, summary)
            && is_same(failed, summary)
        {
            return refuse("--summary", "what --failed writes");
        }
        if let Some(report) = report {
            for (path, what) in [(*failed, "what --failed writes"), (summary, "the summary")] {
                if path.is_some_and(|path| is_same(report, path)) {
                    return refuse("--report", what);
                }
            }
            check_target(report).map_err(|error| UsageError(format!("{error} with --report")))?;
        }
        Ok(self)
    }

    /// What to do with results that are there already.
    pub(crate) fn start(&self, now: Timestamp) -> Start {
        if self.job.fresh {
            Start::Fresh(now)
        } else if self.job.dry_run && !self.named {
            // An earlier dry run says nothing about this one.
            Start::Replace
        } else {
            Start::Continue
        }
    }
}

/// `people.results.csv` and `status` make `people.status.csv`.
pub(crate) fn after(results: &Path, kind: &str) -> PathBuf {
    let stem = results.file_stem().unwrap_or_default().to_string_lossy();
    results.with_file_name(format!("{}.{kind}.csv", stem.strip_suffix(".results").unwrap_or(&stem)))
}

/// `people.csv` and `results` make `people.results.csv`.
fn beside(file: &Path, kind: &str) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}.{kind}.csv"))
}

/// Whether a spreadsheet program would refuse CSV under this name.
fn is_workbook(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["xlsx", "xlsm", "xlsb", "xls", "ods"].iter().any(|workbook| ending == *workbook)
}

/// Whether two paths name the same file, which need not be there yet.
fn is_same(one: &Path, other: &Path) -> bool {
    let resolved = |path: &Path| {
        path.canonicalize().ok().or_else(|| {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            Some(folder.unwrap_or(Path::new(".")).canonicalize().ok()?.join(path.file_name()?))
        })
    };
    one == other || resolved(one).is_some_and(|one| resolved(other) == Some(one))
}

/// Whether the path can be written, leaving everything as it is.
fn try_to_write(path: &Path) -> io::Result<()> {
    let there = fs::metadata(path).ok();
    // Opening a pipe would be noticed at its other end.
    if there.as_ref().is_some_and(|there| !there.is_file() && !there.is_dir()) {
        return Ok(());
    }
    OpenOptions::new().append(true).create(true).open(path)?;
    if there.is_none() { fs::remove_file(path) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_by_any_path_whether_it_is_there_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("there"), "").unwrap();
        for name in ["there", "not there"] {
            assert!(is_same(&at(name), &at("../").join(folder.path().file_name().unwrap()).join(name)), "{name}");
            assert!(!is_same(&at(name), &at("another")), "{name}");
        }
    }

    #[test]
    fn trying_leaves_everything_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("there"), "text").unwrap();
        try_to_write(&at("there")).unwrap();
        try_to_write(&at("not there")).unwrap();
        assert!(try_to_write(folder.path()).is_err() && try_to_write(&at("missing/file")).is_err());
        assert_eq!(fs::read_to_string(at("there")).unwrap(), "text");
        assert!(!at("not there").exists());
    }
}
