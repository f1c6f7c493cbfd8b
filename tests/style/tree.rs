//! The files of the repository, and the links between its Markdown pages.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold the project's own source.
const SOURCE: [&str; 4] = ["src", "tests", "benches", "crates"];
const PAGES: [&str; 4] = ["docs", "samples", "crates", "."];

/// Reads a file of the repository.
pub(super) fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every Rust file, by its path from the root.
pub(super) fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    SOURCE.iter().for_each(|folder| collect(Path::new(folder), "rs", true, &mut files));
    assert!(files.len() > 100, "the source is not where it was");
    files
}

/// Returns every Markdown page, by its path from the root.
pub(super) fn markdown() -> Vec<PathBuf> {
    let mut files = Vec::new();
    PAGES.iter().for_each(|folder| collect(Path::new(folder), "md", *folder != ".", &mut files));
    files
}

fn collect(folder: &Path, extension: &str, deep: bool, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(root().join(folder)) else { return };
    let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(folder.join(entry.ok()?.file_name()))).collect();
    entries.sort();
    for entry in entries {
        if root().join(&entry).is_dir() {
            if deep && !entry.ends_with("target") {
                collect(&entry, extension, deep, files);
            }
        } else if entry.extension().is_some_and(|found| found == extension) {
            files.push(entry.strip_prefix(".").unwrap_or(&entry).to_owned());
        }
    }
}

/// Returns the targets of a page's links that stay within the repository.
pub(super) fn links(page: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut fenced = false;
    for line in page.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        for part in line.split("](").skip(1) {
            let target = part.split([')', ' ']).next().unwrap_or_default();
            if !target.contains("://") && !target.starts_with("mailto:") {
                links.push(target.to_owned());
            }
        }
    }
    links
}

/// Returns whether a link on a page leads to a file, and to one of its headings if it names one.
pub(super) fn leads_somewhere(page: &Path, link: &str) -> bool {
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { page.to_owned() } else { page.parent().unwrap_or(Path::new("")).join(file) };
    if !root().join(&target).exists() {
        return false;
    }
    heading.is_empty() || read(&target).lines().filter_map(anchor).any(|anchor| anchor == heading)
}

/// Returns the anchor that GitHub gives a heading.
fn anchor(line: &str) -> Option<String> {
    let heading = line.trim_start_matches('#');
    if heading.len() == line.len() || !heading.starts_with(' ') {
        return None;
    }
    let keep = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    Some(heading.trim().to_lowercase().chars().filter(keep).map(|c| if c == ' ' { '-' } else { c }).collect())
}
