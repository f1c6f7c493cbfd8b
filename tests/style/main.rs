//! Holds the project's text to its style: plain words, short test names, a short README, links that lead somewhere.
//!
//! It reads comments, string literals and Markdown as text, and knows nothing of what they mean. CONTRIBUTING has the rules
//! in full.

mod rust;
mod tree;

use std::collections::BTreeMap;
use std::path::Path;

use self::rust::{Kind, Piece, pieces};
use self::tree::{markdown, rust_files};

/// Words and phrases that do not occur in this project, each with what to write instead.
const UNWANTED: [(&str, &str); 22] = [
    ("told", "printed, reported, learned, known"),
    ("tells", "prints, reports, shows"),
    ("tell", "print, report, show"),
    ("anew", "again"),
    ("nobody", "no person, no one it applies to; name the thing"),
    ("whoever", "the person who"),
    ("whatever", "any"),
    ("somebody", "a person, another administrator"),
    ("everybody", "every person, all people"),
    ("in vain", "without success"),
    ("be it", "whether"),
    ("so many", "the number"),
    ("any more", "no longer"),
    ("fare", "succeed, fail"),
    ("mend", "fix"),
    ("foresee", "predict, forecast"),
    ("foresees", "predicts, forecasts"),
    ("befall", "happen to"),
    ("thereof", "of it"),
    ("heed", "observe"),
    ("turnstile", "rate limiter"),
    ("condemned", "blocked"),
];

/// The longest name of a test, in characters.
const LONGEST_NAME: usize = 60;
const LONGEST_README: usize = 180;

#[test]
fn no_unwanted_word_in_comments_strings_or_markdown() {
    let mut found = Vec::new();
    for path in rust_files() {
        // This file has to name them.
        if path.ends_with("tests/style/main.rs") {
            continue;
        }
        for Piece { line, text, .. } in pieces(&tree::read(&path)) {
            found.extend(unwanted(&text).map(|word| format!("{}:{line}: {word}", path.display())));
        }
    }
    for path in markdown() {
        for (number, line) in tree::read(&path).lines().enumerate() {
            found.extend(unwanted(line).map(|word| format!("{}:{}: {word}", path.display(), number + 1)));
        }
    }
    assert!(found.is_empty(), "{} unwanted words:\n{}", found.len(), found.join("\n"));
}

/// Returns the unwanted words of a text, each with what to write instead.
fn unwanted(text: &str) -> impl Iterator<Item = String> {
    let words = format!(" {} ", words(text).collect::<Vec<_>>().join(" "));
    UNWANTED
        .into_iter()
        .filter(move |(word, _)| words.contains(&format!(" {word} ")))
        .map(|(word, instead)| format!("{word:?}; write {instead}"))
}

/// Returns the words of a text in lower case, without punctuation.
fn words(text: &str) -> impl Iterator<Item = String> {
    let is_separator = |c: char| !(c.is_alphanumeric() || c == '\'' || c == '_');
    text.split(is_separator).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[test]
fn test_names_have_at_most_60_characters() {
    let mut long = Vec::new();
    for path in rust_files() {
        let text = tree::read(&path);
        long.extend(
            rust::test_names(&text)
                .filter(|name| name.len() > LONGEST_NAME)
                .map(|name| format!("{}: {name} ({})", path.display(), name.len())),
        );
    }
    assert!(long.is_empty(), "{} names are too long:\n{}", long.len(), long.join("\n"));
}

#[test]
fn the_readme_fits_on_a_page() {
    let lines = tree::read(Path::new("README.md")).lines().count();
    assert!(lines <= LONGEST_README, "README.md has {lines} lines; move details to docs/");
}

#[test]
fn relative_links_lead_to_files_and_headings() {
    let mut broken = Vec::new();
    for path in markdown() {
        for link in tree::links(&tree::read(&path)) {
            if !tree::leads_somewhere(&path, &link) {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "broken links:\n{}", broken.join("\n"));
}

/// The rates of a few habits, per 1,000 words of comments, and of doc comments that open with a question word.
#[test]
fn comments_read_like_those_of_other_projects() {
    let (mut total, mut counts) = (0_usize, BTreeMap::<&str, usize>::new());
    let (mut docs, mut questions) = (0_usize, 0_usize);
    for path in rust_files() {
        let text = tree::read(&path);
        for Piece { kind, text, .. } in pieces(&text) {
            let (is_doc, opens) = match kind {
                Kind::Doc { opens } => (true, opens),
                Kind::Comment => (false, false),
                Kind::Text => continue,
            };
            let words: Vec<String> = words(&text).collect();
            total += words.len();
            for word in &words {
                let habit = match word.as_str() {
                    "told" | "tell" | "tells" | "telling" => "tell",
                    "where" => "where",
                    "nobody" | "whoever" | "whatever" | "somebody" | "everybody" => "nobody",
                    _ => continue,
                };
                *counts.entry(habit).or_default() += 1;
            }
            if is_doc && opens {
                docs += 1;
                let first = words.first().map(String::as_str).unwrap_or_default();
                questions += usize::from(["what", "whether", "who", "where", "how", "which", "whose"].contains(&first));
            }
        }
    }
    let rate = |habit: &str| *counts.get(habit).unwrap_or(&0) as f64 * 1000.0 / total as f64;
    let share = questions as f64 * 100.0 / docs as f64;
    let shown = format!(
        "{total} words of comments; per 1,000: tell {:.2}, where {:.2}, nobody {:.2}; {docs} doc comments, {share:.1} % open \
         with a question word",
        rate("tell"),
        rate("where"),
        rate("nobody")
    );
    println!("{shown}");
    assert!(rate("tell") <= 0.3 && rate("where") <= 2.5 && rate("nobody") <= 0.2 && share <= 5.0, "{shown}");
}
