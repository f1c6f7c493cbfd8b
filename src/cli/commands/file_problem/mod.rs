//! The reason why a file that the user named cannot be read, with the remedy. It is looked for only after reading failed.

mod foreign;
mod neighbors;
mod permission;

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use bulk_invite::report::shell_word;
use bulk_invite::spreadsheet::SheetError;
use thiserror::Error;

use self::foreign::{ForeignPath, meant};
use self::neighbors::{original, similar, spreadsheets};
use self::permission::Denial;
use super::paths::is_dash;
use crate::cli::settings::environment;

/// Parts of the names of folders that a cloud service fills when their files are opened.
const CLOUD_FOLDERS: [&str; 6] = ["onedrive", "icloud", "dropbox", "google drive", "googledrive", "cloudstorage"];

/// Endings of files that only refer to another file or page.
const SHORTCUTS: [&str; 5] = ["lnk", "url", "webloc", "desktop", "alias"];

/// Endings of files that only refer to a document of Google.
const GOOGLE_DOCUMENTS: [&str; 2] = ["gsheet", "gdoc"];

/// The kind of file that the user was to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Sheet,
    Results,
}

/// A reason why a file cannot be read.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum FileProblem {
    #[error("{0}")]
    Foreign(ForeignPath),
    #[error("no such file; {0}")]
    Missing(Neighbors),
    #[error("the folder {} does not exist; correct the path", shown(.0))]
    NoFolder(PathBuf),
    #[error("{} is a file, not a folder; correct the path", shown(.0))]
    NotAFolder(PathBuf),
    #[error("it is a link to {}, which does not exist; pass the path of the file itself", shown(.0))]
    BrokenLink(PathBuf),
    #[error("it is a folder; {}", .0.as_ref().map_or_else(
        || "pass a file".to_owned(),
        |files| format!("pass one of its files: {files}"),
    ))]
    Folder(Option<Listing>),
    #[error("permission denied: {0}")]
    Denied(Denial),
    #[error("another program has locked it; close it there, then run again")]
    Locked,
    #[error("it is not the spreadsheet but a file that a program keeps beside it; {}", .0.as_ref().map_or_else(
        || "pass the path of the spreadsheet".to_owned(),
        |original| format!("pass {}", shown(original)),
    ))]
    Companion(Option<PathBuf>),
    #[error("it is a shortcut; pass the path of the spreadsheet itself")]
    Shortcut,
    #[error(
        "it is a link to a Google document; download that as .xlsx (File > Download), then pass the downloaded file"
    )]
    GoogleDocument,
    #[error(
        "the cloud service has not downloaded it (0 bytes); open its folder and choose to keep it on this computer"
    )]
    NotDownloaded,
    /// Another error of the system, such as that of a disk or a network.
    #[error("{0}; copy the file to a folder on this computer, then pass the copy")]
    System(String),
}

/// Other files, of which one may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Neighbors {
    /// Files with similar names.
    Similar(Vec<PathBuf>),
    InFolder(Listing),
    None,
}

/// The first of the files of the wanted kind in a folder, and the number of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    first: Vec<PathBuf>,
    more: usize,
}

impl FileProblem {
    /// Finds the reason why a spreadsheet could not be opened; `None` if the error already describes it.
    pub(crate) fn of_sheet(path: &Path, error: &SheetError) -> Option<Self> {
        let system = if let SheetError::Open(error) | SheetError::Read(error) = error { Some(error) } else { None };
        if is_dash(path) { None } else { Self::find(path, system, Wanted::Sheet) }
    }

    /// Finds the reason why the file could not be read; `None` if the error already describes it. `error` is the system's.
    pub(crate) fn find(path: &Path, error: Option<&io::Error>, wanted: Wanted) -> Option<Self> {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Some(FileProblem::Folder(spreadsheets(path, wanted))),
            Ok(found) => by_name(path)
                .or_else(|| (found.len() == 0 && is_in_cloud_folder(path)).then_some(FileProblem::NotDownloaded))
                .or_else(|| of_error(path, error?)),
            Err(_) if error.is_some_and(is_not_found) => Some(missing(path, wanted)),
            Err(_) => of_error(path, error?),
        }
    }
}

fn is_not_found(error: &io::Error) -> bool {
    [ErrorKind::NotFound, ErrorKind::NotADirectory, ErrorKind::InvalidFilename].contains(&error.kind())
}

/// Returns the reason that only the system's error shows; `None` if the error is not one of the system.
fn of_error(path: &Path, error: &io::Error) -> Option<FileProblem> {
    let code = error.raw_os_error()?;
    Some(if error.kind() == ErrorKind::PermissionDenied {
        FileProblem::Denied(Denial::of(path))
    } else if cfg!(windows) && [32, 33].contains(&code) {
        // A sharing violation, or a locked part.
        FileProblem::Locked
    } else {
        FileProblem::System(error.to_string())
    })
}

/// Returns the reason that the name of an existing file shows.
fn by_name(path: &Path) -> Option<FileProblem> {
    if let Some(original) = original(path) {
        return Some(FileProblem::Companion(original.is_file().then_some(original)));
    }
    let ending = path.extension()?.to_ascii_lowercase();
    if SHORTCUTS.iter().any(|shortcut| ending == *shortcut) {
        return Some(FileProblem::Shortcut);
    }
    GOOGLE_DOCUMENTS.iter().any(|document| ending == *document).then_some(FileProblem::GoogleDocument)
}

fn is_in_cloud_folder(path: &Path) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    let folder = path.parent().unwrap_or(Path::new("")).to_string_lossy().to_lowercase();
    CLOUD_FOLDERS.iter().any(|cloud| folder.contains(cloud))
}

/// Returns the reason why there is no file at the path.
fn missing(path: &Path, wanted: Wanted) -> FileProblem {
    if let Some(original) = original(path).filter(|original| original.is_file()) {
        return FileProblem::Companion(Some(original));
    }
    let text = path.to_string_lossy();
    if let Some(foreign) = ForeignPath::of(&text, &environment) {
        return FileProblem::Foreign(foreign);
    }
    if let Ok(target) = fs::read_link(path) {
        return FileProblem::BrokenLink(target);
    }
    if let Some(meant) = meant(&text) {
        return FileProblem::Missing(Neighbors::Similar(vec![meant]));
    }
    let folder = neighbors::folder(path);
    if folder.is_file() {
        return FileProblem::NotAFolder(folder.to_owned());
    }
    if !folder.is_dir() {
        // The first missing one of several.
        let ancestors = folder.ancestors().filter(|ancestor| !ancestor.as_os_str().is_empty());
        let missing = ancestors.take_while(|ancestor| !ancestor.exists()).last().unwrap_or(folder);
        return FileProblem::NoFolder(missing.to_owned());
    }
    if neighbors::is_placeholder_present(path) {
        return FileProblem::NotDownloaded;
    }
    match similar(path) {
        files if files.is_empty() => {
            FileProblem::Missing(spreadsheets(folder, wanted).map_or(Neighbors::None, Neighbors::InFolder))
        }
        files => FileProblem::Missing(Neighbors::Similar(files)),
    }
}

impl fmt::Display for Neighbors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Neighbors::Similar(files) => match files.as_slice() {
                [one] => write!(f, "did you mean {}?", shown(one)),
                several => write!(f, "did you mean one of {}?", list(several)),
            },
            Neighbors::InFolder(files) => write!(f, "its folder has {files}"),
            Neighbors::None => f.write_str("correct the path"),
        }
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&list(&self.first))?;
        if self.more > 0 { write!(f, " and {} more", self.more) } else { Ok(()) }
    }
}

fn list(files: &[PathBuf]) -> String {
    files.iter().map(|file| shown(file)).collect::<Vec<_>>().join(", ")
}

/// Returns a path as it can be pasted into a shell.
fn shown(path: &Path) -> String {
    shell_word(&path.display().to_string())
}

#[cfg(test)]
mod tests;
