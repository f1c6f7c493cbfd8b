//! The command of a job, as a user can type it again.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;

use super::escaped;
use crate::model::quote::argument;

/// Returns the command line with these arguments, except for the flags in `without`, and with the flag in `with`.
pub(super) fn command(arguments: &[OsString], without: &[&str], with: Option<&str>) -> String {
    let mut words: Vec<Cow<'_, str>> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    words.retain(|word| !without.contains(&word.as_ref()));
    if let Some(flag) = with.filter(|flag| !words.iter().any(|word| word == flag)) {
        // All arguments after `--` are paths.
        let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
        words.insert(end, flag.into());
    }
    let line = words.iter().fold("bulk-invite".to_owned(), |line, word| format!("{line} {}", argument(word)));
    escaped(&line).into_owned()
}

/// Returns the arguments with another results file.
pub(super) fn with_results(arguments: &[OsString], results: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> = Vec::new();
    let (mut is_value, mut end) = (false, None);
    for argument in arguments {
        let text = argument.to_string_lossy();
        if end.is_none() && (std::mem::take(&mut is_value) || text.starts_with("--results=")) {
            continue;
        }
        is_value = end.is_none() && text == "--results";
        if text == "--" {
            // All arguments after it are paths.
            end.get_or_insert(words.len());
        }
        if !is_value {
            words.push(argument.clone());
        }
    }
    let end = end.unwrap_or(words.len());
    words.splice(end..end, ["--results".into(), results.into()]);
    words
}

/// Returns a text as one word of a command line, which cannot control the terminal.
pub fn shell_word(text: &str) -> String {
    escaped(&argument(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    #[test]
    fn flags_are_removed_and_added() {
        let typed = arguments(&["run", "people.csv", "--dry-run", "--yes"]);
        assert_eq!(command(&typed, &["--dry-run"], None), "bulk-invite run people.csv --yes");
        assert_eq!(command(&typed, &[], Some("--yes")), "bulk-invite run people.csv --dry-run --yes");
        let path_last = arguments(&["run", "--", "-people.csv"]);
        assert_eq!(command(&path_last, &[], Some("--fresh")), "bulk-invite run --fresh -- -people.csv");
    }

    #[test]
    fn the_results_file_is_replaced() {
        for (typed, line) in [
            (&["run", "people.csv"][..], "bulk-invite run people.csv --results new.csv"),
            (&["run", "--results", "old.csv", "people.csv"], "bulk-invite run people.csv --results new.csv"),
            (&["run", "--results=old.csv", "--", "-p.csv"], "bulk-invite run --results new.csv -- -p.csv"),
            (&["run", "--", "--results"], "bulk-invite run --results new.csv -- --results"),
        ] {
            assert_eq!(command(&with_results(&arguments(typed), Path::new("new.csv")), &[], None), line);
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_argument_is_quoted_if_a_shell_would_split_it() {
        let typed = arguments(&["run", "new people.csv", "it's.csv", "Zo\u{eb}.csv", "", "\u{1b}[2J"]);
        let line = "bulk-invite run 'new people.csv' 'it'\\''s.csv' Zo\u{eb}.csv '' '\\u{1b}[2J'";
        assert_eq!(command(&typed, &[], None), line);
    }
}
