//! Paths that this system does not understand: addresses, paths of another system, and what a shell did not expand.

use std::path::{Path, PathBuf};

use bulk_invite::report::shell_word;
use percent_encoding::percent_decode_str;
use thiserror::Error;
use url::Url;

use crate::cli::settings::Variables;

/// A path that does not name a file on this system.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum ForeignPath {
    #[error("it is a web address, not a file; download it as .xlsx or CSV, then pass the downloaded file")]
    WebAddress,
    #[error("it is the address of a file; pass its path: {}", shell_word(path))]
    FileAddress { path: String },
    #[error("it is a path on another computer; copy the file to this one, then pass the path of the copy")]
    Share,
    #[error("it is a path of Windows; {}", here.as_ref().map_or_else(
        || "pass the path that the file has on this computer".to_owned(),
        |here| format!("here it is {}", shell_word(here)),
    ))]
    Windows { here: Option<String> },
    #[error("the shell did not expand {what}; {}", full.as_ref().map_or_else(
        || "write the path in full".to_owned(),
        |full| format!("pass {}", shell_word(full)),
    ))]
    Unexpanded { what: String, full: Option<String> },
}

impl ForeignPath {
    /// Returns the kind of such a path; `None` for one of this system.
    pub(super) fn of(path: &str, variables: Variables<'_>) -> Option<Self> {
        if let Some((scheme, rest)) = path.split_once(":/").filter(|(scheme, _)| is_scheme(scheme)) {
            return Some(match scheme.to_lowercase().as_str() {
                "file" => match Url::parse(path).map(|url| url.to_file_path()) {
                    Ok(Ok(path)) => ForeignPath::FileAddress { path: path.display().to_string() },
                    Ok(Err(())) | Err(_) => ForeignPath::Share,
                },
                "smb" | "cifs" | "nfs" | "afp" | "sftp" | "ssh" | "scp" => ForeignPath::Share,
                // An address without its second slash has become a path by tab completion or `normpath`.
                _ if rest.starts_with('/') || scheme.starts_with("http") => ForeignPath::WebAddress,
                _ => return None,
            });
        }
        let looks_like_host =
            path.split('/').next().is_some_and(|host| host == "docs.google.com" || host.starts_with("www."));
        if looks_like_host && path.contains('/') {
            return Some(ForeignPath::WebAddress);
        }
        if let Some(rest) = path.strip_prefix('~') {
            let home = variables("HOME").filter(|_| rest.is_empty() || rest.starts_with('/'));
            return Some(ForeignPath::Unexpanded {
                what: "~".to_owned(),
                full: home.map(|home| format!("{home}{rest}")),
            });
        }
        if let Some(name) = path.strip_prefix('$') {
            let end = name.find(['/', '\\']).unwrap_or(name.len());
            let variable = name[..end].trim_matches(['{', '}']);
            let full = variables(variable).map(|value| format!("{value}{}", &name[end..]));
            return Some(ForeignPath::Unexpanded { what: format!("${variable}"), full });
        }
        if let Some((variable, _)) = path.strip_prefix('%').and_then(|rest| rest.split_once('%')) {
            return Some(ForeignPath::Unexpanded { what: format!("%{variable}%"), full: None });
        }
        if cfg!(windows) { None } else { Self::of_windows(path) }
    }

    /// Returns the kind of a path of Windows, also if a shell has removed its backslashes.
    fn of_windows(path: &str) -> Option<Self> {
        if path.starts_with(r"\\") {
            return Some(ForeignPath::Share);
        }
        let mut letters = path.chars();
        let (drive, rest) = match (letters.next(), letters.next()) {
            (Some(drive), Some(':')) if drive.is_ascii_alphabetic() => (drive, letters.as_str()),
            _ if path.starts_with('\\') => return Some(ForeignPath::Windows { here: None }),
            _ => return None,
        };
        let is_path = rest.starts_with(['\\', '/']) || rest.to_lowercase().starts_with("users");
        // The Windows Subsystem for Linux has the drives there.
        let here = format!("/mnt/{}{}", drive.to_ascii_lowercase(), rest.replace('\\', "/"));
        is_path.then(|| ForeignPath::Windows { here: Path::new(&here).exists().then_some(here) })
    }
}

/// Returns whether the text is the scheme of an address. A single letter is a drive of Windows.
fn is_scheme(text: &str) -> bool {
    text.len() > 1 && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) && !text.starts_with('.')
}

/// Returns the existing file that is meant by a path with quotation marks, escapes or backslashes that are not part of it.
pub(super) fn meant(path: &str) -> Option<PathBuf> {
    let is_mark =
        |c: char| c.is_whitespace() || "\"'`\u{201c}\u{201d}\u{201e}\u{2018}\u{2019}\u{ab}\u{bb}<>".contains(c);
    let unquoted = path.trim_matches(is_mark);
    let decoded = percent_decode_str(unquoted).decode_utf8_lossy().into_owned();
    let spellings = [unquoted.to_owned(), unquoted.replace('\\', ""), unquoted.replace('\\', "/"), decoded];
    let mut spellings = spellings.into_iter().filter(|spelling| spelling != path).map(PathBuf::from);
    spellings.find(|spelling| spelling.is_file())
}
