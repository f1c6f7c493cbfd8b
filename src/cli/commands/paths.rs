//! Paths that a user gives, and names of files that are derived from them.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use bulk_invite::results::resolved;

/// Returns whether the path is `-`, which means standard input or standard output.
pub(crate) fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}

/// Returns `people.results.csv` for `people.csv` and `results`.
pub(crate) fn beside_sheet(sheet: &Path, kind: &str) -> PathBuf {
    let stem = sheet.file_stem().unwrap_or_default().to_string_lossy();
    sheet.with_file_name(format!("{stem}.{kind}.csv"))
}

/// Returns `people.status.csv` for `people.results.csv` and `status`.
pub(crate) fn beside_results(results: &Path, kind: &str) -> PathBuf {
    let stem = results.file_stem().unwrap_or_default().to_string_lossy();
    results.with_file_name(format!("{}.{kind}.csv", stem.strip_suffix(".results").unwrap_or(&stem)))
}

/// Returns whether a spreadsheet program would refuse a CSV file of this name.
pub(crate) fn is_workbook(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["xlsx", "xlsm", "xlsb", "xls", "ods"].iter().any(|workbook| extension == *workbook)
}

/// Returns whether two paths name the same file. The file need not exist.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let absolute = |path: &Path| {
        path.canonicalize().ok().or_else(|| {
            let path = resolved(path);
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            Some(folder.unwrap_or(Path::new(".")).canonicalize().ok()?.join(path.file_name()?))
        })
    };
    one == other || is_hard_link(one, other) || absolute(one).is_some_and(|one| absolute(other) == Some(one))
}

/// Returns whether two paths are names of one existing file.
fn is_hard_link(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let file =
            |path| fs::metadata(path).ok().filter(|found| found.is_file()).map(|found| (found.dev(), found.ino()));
        file(one).is_some_and(|one| file(other) == Some(one))
    }
    #[cfg(not(unix))]
    {
        let _ = (one, other);
        false
    }
}

/// Checks that the path can be written, without changing anything.
pub(crate) fn check_writable(path: &Path) -> io::Result<()> {
    let existing = fs::metadata(path).ok();
    // Opening a pipe has an effect at its other end.
    if existing.as_ref().is_some_and(|existing| !existing.is_file() && !existing.is_dir()) {
        return Ok(());
    }
    OpenOptions::new().append(true).create(true).open(path)?;
    if existing.is_none() { fs::remove_file(path) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_by_any_path_even_before_it_exists() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("existing"), "").unwrap();
        for name in ["existing", "missing"] {
            assert!(is_same(&at(name), &at("../").join(folder.path().file_name().unwrap()).join(name)), "{name}");
            assert!(!is_same(&at(name), &at("another")), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_the_same_behind_any_link() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "").unwrap();
        fs::hard_link(at("file"), at("hard")).unwrap();
        for (target, link) in [("file", "soft"), ("missing", "dangling")] {
            std::os::unix::fs::symlink(target, at(link)).unwrap();
            assert!(is_same(&at(link), &at(target)) && is_same(&at(target), &at(link)), "{link}");
        }
        assert!(is_same(&at("hard"), &at("soft")) && !is_same(&at("hard"), &at("dangling")));
    }

    #[test]
    fn the_check_for_writing_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("existing"), "text").unwrap();
        check_writable(&at("existing")).unwrap();
        check_writable(&at("missing")).unwrap();
        assert!(check_writable(folder.path()).is_err() && check_writable(&at("missing/file")).is_err());
        assert_eq!(fs::read_to_string(at("existing")).unwrap(), "text");
        assert!(!at("missing").exists());
    }

    #[test]
    fn files_are_named_after_the_sheet_or_its_results() {
        assert_eq!(beside_sheet(Path::new("a/people.csv"), "results"), Path::new("a/people.results.csv"));
        assert_eq!(beside_results(Path::new("a/people.results.csv"), "status"), Path::new("a/people.status.csv"));
        assert_eq!(beside_results(Path::new("a/people.csv"), "status"), Path::new("a/people.status.csv"));
    }
}
