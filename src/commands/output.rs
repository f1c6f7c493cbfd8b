//! Where a run writes. A path that would destroy something or cannot be written is found before anything is sent.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use bulk_invite::report::html::check_target;

use super::input::is_stdin;
use crate::cli::RunArgs;
use crate::settings::UsageError;

/// Where the results go; every path that will be written has been checked, but the results are the journal's to open.
pub(crate) fn results(args: &RunArgs) -> Result<PathBuf, UsageError> {
    let shard = args.sheet.shard.map(|shard| format!(".{}-of-{}", shard.number(), shard.of())).unwrap_or_default();
    let beside = |kind: &str| beside(&args.file, &format!("{kind}{shard}"));
    let results = match &args.results {
        Some(results) => results.clone(),
        None if is_stdin(&args.file) => {
            return Err(UsageError("say where the results go with --results FILE".to_owned()));
        }
        None if args.dry_run => beside("dry-run"),
        None if args.sandbox => beside("sandbox.results"),
        None => beside("results"),
    };
    // `-` is standard output there.
    let summary = args.summary.as_deref().filter(|path| !is_stdin(path));
    let report = args.report.as_deref();
    if report.is_some_and(is_stdin) {
        let text = "--report writes a file; name one, or print the page afterwards with `report RESULTS --output -`";
        return Err(UsageError(text.to_owned()));
    }
    let others = [(args.failed.as_deref(), "--failed"), (summary, "--summary"), (report, "--report")];
    let others = || others.iter().filter_map(|(path, flag)| Some(((*path)?, *flag)));
    for (path, flag) in [(args.failed.as_deref(), "--failed"), (args.results.as_deref(), "--results")] {
        if let Some(path) = path.filter(|path| is_workbook(path)) {
            let shown = path.display();
            return Err(UsageError(format!("{flag} writes CSV; name a file that ends in .csv instead of {shown}")));
        }
    }
    let refuse = |flag, what| Err(UsageError(format!("{flag} would overwrite {what}; name another file")));
    for (path, flag) in others().chain([(results.as_path(), "--results")]) {
        if is_same(path, &args.file) {
            return refuse(flag, "the spreadsheet");
        }
    }
    for (path, flag) in others() {
        if is_same(path, &results) {
            return refuse(flag, "the results");
        }
        try_to_write(path)
            .map_err(|error| UsageError(format!("cannot write {}: {error}; correct {flag}", path.display())))?;
    }
    if let (Some(failed), Some(summary)) = (&args.failed, summary)
        && is_same(failed, summary)
    {
        return refuse("--summary", "what --failed writes");
    }
    if let Some(report) = report {
        for (path, what) in [(args.failed.as_deref(), "what --failed writes"), (summary, "the summary")] {
            if path.is_some_and(|path| is_same(report, path)) {
                return refuse("--report", what);
            }
        }
        check_target(report).map_err(|error| UsageError(format!("{error} with --report")))?;
    }
    Ok(results)
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
