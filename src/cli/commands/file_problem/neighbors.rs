//! Files beside a path that may have been meant instead.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Listing, Wanted};

/// The most files that are suggested.
const SHOWN: usize = 3;

/// The most entries of a folder that are looked at.
const ENTRIES: usize = 10_000;

/// The likeness from which a name is suggested: one wrong letter in four.
const ALIKE: f64 = 0.75;

/// The shortest name that is recognised as a part of another.
const SHORTEST_PART: usize = 4;

/// The endings of spreadsheets.
const ENDINGS: [&str; 11] =
    [".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".numbers", ".fods"];

/// Parts of the names of results files.
const RESULTS: [&str; 3] = [".results.", ".revoked.", ".recovered"];

/// Parts of the names of the other files that this program writes.
const OTHERS: [&str; 3] = [".dry-run.", ".revoke-dry-run.", ".status."];

/// Returns the folder of a path.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns the spreadsheets in the folder of a path whose names are similar to its name, the most similar first.
pub(super) fn similar(path: &Path) -> Vec<PathBuf> {
    let wanted = key(&name(path));
    let found = names(folder(path)).filter_map(|name| Some((likeness(&wanted, &key(&name))?, name)));
    let mut found: Vec<(f64, String)> = found.collect();
    // Of a file and its copies, the file comes first.
    found.sort_by(|(one, first), (other, second)| {
        other.total_cmp(one).then_with(|| (first.len(), first).cmp(&(second.len(), second)))
    });
    found.into_iter().take(SHOWN).map(|(_, name)| path.with_file_name(name)).collect()
}

/// Returns the files of the wanted kind in a folder, if it has any.
pub(super) fn spreadsheets(folder: &Path, wanted: Wanted) -> Option<Listing> {
    let has = |name: &str, parts: &[&str]| parts.iter().any(|part| name.contains(part));
    let is_wanted = |name: &String| match wanted {
        Wanted::Sheet => !has(name, &RESULTS) && !has(name, &OTHERS),
        Wanted::Results => has(name, &RESULTS) && !has(name, &OTHERS),
    };
    let mut names: Vec<String> = names(folder).filter(is_wanted).collect();
    names.sort();
    let in_folder = |name: String| if folder == Path::new(".") { name.into() } else { folder.join(name) };
    match names.len() {
        0 => None,
        all => Some(Listing {
            first: names.into_iter().take(SHOWN).map(in_folder).collect(),
            more: all.saturating_sub(SHOWN),
        }),
    }
}

/// Returns the file to which a program keeps the file at the path: a lock of Office or LibreOffice, or attributes of macOS.
pub(super) fn original(path: &Path) -> Option<PathBuf> {
    let name = name(path);
    let libre_office = name.strip_prefix(".~lock.").and_then(|rest| rest.strip_suffix('#'));
    let original = libre_office.or_else(|| name.strip_prefix("~$")).or_else(|| name.strip_prefix("._"))?;
    Some(path.with_file_name(original))
}

/// Returns whether iCloud keeps a placeholder in place of the file at the path.
pub(super) fn is_placeholder_present(path: &Path) -> bool {
    path.with_file_name(format!(".{}.icloud", name(path))).exists()
}

/// Returns the names of the spreadsheets in a folder.
fn names(folder: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder).into_iter().flatten().take(ENTRIES).flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    files.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| {
        let is_spreadsheet = ENDINGS.iter().any(|ending| name.to_lowercase().ends_with(ending));
        is_spreadsheet && original(Path::new(name)).is_none()
    })
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reduces a name to what its copies have in common: without endings, numbers of downloads, and separators.
fn key(name: &str) -> String {
    let mut rest = name.to_lowercase();
    loop {
        let without_ending = ENDINGS.iter().find_map(|ending| rest.strip_suffix(ending));
        let stem = without_ending.unwrap_or(&rest).trim();
        let stem = stem.strip_prefix("copy of ").unwrap_or(stem);
        let stem = stem.strip_suffix("copy").map_or(stem, |stem| stem.trim_end_matches([' ', '-', '_']));
        let number = stem.strip_suffix(')').and_then(|stem| stem.rsplit_once('('));
        let stem =
            number.filter(|(_, number)| number.chars().all(|c| c.is_ascii_digit())).map_or(stem, |(stem, _)| stem);
        if stem == rest {
            break;
        }
        rest = stem.to_owned();
    }
    rest.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Returns how similar two names are, from 0 to 1; `None` if they are not.
fn likeness(one: &str, other: &str) -> Option<f64> {
    let is_part = |part: &str, whole: &str| part.chars().count() >= SHORTEST_PART && whole.contains(part);
    let likeness = strsim::normalized_damerau_levenshtein(one, other);
    if likeness >= ALIKE { Some(likeness) } else { (is_part(one, other) || is_part(other, one)).then_some(likeness) }
}
