//! Whole pages, from results files on a real disk.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::page::STYLE;
use super::*;
use crate::model::columns::{RESULT_COLUMNS, protected};
use crate::model::status::Status;

const HERE: &str = "32b6e34b3d91647abb20e7b8";

/// Writes a results file of these records: row, email, organization, status, expiry, code, detail and the text of each of
/// the input's cells.
fn results(path: &Path, carried: &[&str], records: &[[&str; 8]]) {
    let mut csv = csv::WriterBuilder::new().flexible(true).from_path(path).unwrap();
    csv.write_record(RESULT_COLUMNS.iter().chain(carried)).unwrap();
    for [row, email, organization, status, expires, code, detail, cell] in records {
        let finished = "2026-11-24T10:00:00.000Z";
        let ours = [row, email, organization, status, "", expires, "", code, detail, "1", "5", finished];
        let cells = std::iter::repeat_n(cell, carried.len());
        csv.write_record(ours.iter().chain(cells).map(|cell| protected(cell).into_owned())).unwrap();
    }
    csv.flush().unwrap();
}

fn context() -> PageContext {
    let made_at = "2026-11-24T10:00:00Z".parse().unwrap();
    PageContext { name: "people.results.csv".into(), made_at, input: None, rehearsed: None }
}

fn page_with(context: &PageContext, carried: &[&str], records: &[[&str; 8]]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    results(file.path(), carried, records);
    let mut out = Vec::new();
    write(&mut out, &mut ResultsReader::open(file.path()).unwrap(), context).unwrap();
    String::from_utf8(out).unwrap()
}

fn page(carried: &[&str], records: &[[&str; 8]]) -> String {
    page_with(&context(), carried, records)
}

/// Returns the page's body, which is all but its version, styles and script.
fn body(page: &str) -> &str {
    page.split_once("<body>\n").unwrap().1
}

#[test]
fn the_page_shows_causes_remedies_and_each_person() {
    let page = page(
        &["Full Name"],
        &[
            ["2", "ada@example.com", HERE, "invited", "2026-11-27T10:00:00Z", "", "", "=Ada"],
            ["3", "bob@example.com", HERE, "failed", "", "TEAM_NOT_FOUND", "No team with ID 7 exists.", "Bob"],
            ["4", "cleo@example.com", HERE, "sending", "", "", "", "Cleo"],
            ["5", "", HERE, "invalid", "", "MISSING_EMAIL", "<b>no address</b>", "Dan\u{202e}"],
            ["", "eve@example.com", HERE, "invited", "2026-11-20T10:00:00Z", "", "", "Eve"],
        ],
    );
    insta::assert_snapshot!(body(&page));
}

#[test]
fn a_rehearsal_and_a_dry_run_are_marked() {
    let there = "42b6e34b3d91647abb20e7b8";
    let row = |email, organization| ["2", email, organization, "not_sent", "", "DRY_RUN", "dry run", ""];
    let rows = [row("ada@example.com", HERE), row("ada@example.com", there)];
    let rehearsed = PageContext { rehearsed: there.parse().ok(), ..context() };
    let rehearsed = page_with(&rehearsed, &[], &rows);
    assert_eq!(rehearsed.matches("<p class=\"note\">").count(), 2);
    assert_eq!(page(&[], &rows).matches("<p class=\"note\">").count(), 1);
    assert!(rehearsed.contains(&format!("<td>{there}\n")), "a column of organizations");
    insta::assert_snapshot!(body(&rehearsed));
}

#[test]
fn only_the_first_columns_are_shown() {
    let names: Vec<String> = (1..=13).map(|column| format!("Column {column}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let page = page(&names, &[["2", "ada@example.com", HERE, "invited", "", "", "", "cell"]]);
    assert!(page.contains("<th scope=\"col\">Column 12</thead>") && !page.contains("Column 13"));
    assert_eq!(page.matches("<td>cell").count(), 12);
}

#[test]
fn the_policy_allows_only_our_own_styles_and_script() {
    let page = page(&[], &[["2", "ada@example.com", HERE, "invited", "", "", "", ""]]);
    let between = |start: &str, end: &str| page.split_once(start).unwrap().1.split_once(end).unwrap().0;
    for (element, end) in [("style", "</style>"), ("script", "</script>")] {
        let digest = BASE64_STANDARD.encode(Sha256::digest(between(&format!("<{element}>"), end)));
        assert!(page.contains(&format!("{element}-src 'sha256-{digest}'")), "{element}");
        assert_eq!(page.matches(&format!("<{element}")).count(), 1);
    }
    for part in ["src=", "url(", "@import", " style=", " onclick", "http:", "https:", "<link", "<img", "<iframe"] {
        assert!(!page.contains(part), "{part}");
    }
}

#[test]
fn only_the_first_rows_are_laid_out_before_the_script_runs() {
    let emails: Vec<String> = (0..101).map(|row| format!("p{row}@example.com")).collect();
    let rows: Vec<[&str; 8]> = emails.iter().map(|email| ["2", email, HERE, "invited", "", "", "", ""]).collect();
    assert_eq!(page(&[], &rows[..100]).matches("<tbody class=\"more\">").count(), 0);
    assert_eq!(page(&[], &rows).matches("<tbody class=\"more\">").count(), 1);
}

fn write_to(path: &Path) -> Result<(), PageError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    results(file.path(), &[], &[["2", "ada@example.com", HERE, "invited", "", "", "", ""]]);
    write_file(path, &mut ResultsReader::open(file.path()).unwrap(), &context())
}

#[test]
fn a_page_replaces_only_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("empty.html"), "").unwrap();
    for name in ["new.html", "new.html", "empty.html"] {
        write_to(&at(name)).unwrap();
        assert!(fs::read_to_string(at(name)).unwrap().starts_with(BEGINNING), "{name}");
    }
    let near = BEGINNING.replace("bulk-invite", "another");
    for (text, name) in [("mine", "note.html"), (near.as_str(), "other.html"), (&BEGINNING[..30], "cut.html")] {
        fs::write(at(name), text).unwrap();
        assert!(matches!(write_to(&at(name)), Err(PageError::NotOurs { .. })), "{name}");
        assert_eq!(fs::read_to_string(at(name)).unwrap(), text);
    }
    for name in ["", "missing/page.html"] {
        assert!(matches!(write_to(&at(name)), Err(PageError::Unwritable { .. })), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_page_is_for_its_owner_only() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("page.html"), BEGINNING).unwrap();
    fs::set_permissions(at("page.html"), fs::Permissions::from_mode(0o644)).unwrap();
    symlink("page.html", at("link.html")).unwrap();
    write_to(&at("link.html")).unwrap();
    assert!(at("link.html").is_symlink(), "the file behind the link is replaced");
    assert!(fs::read_to_string(at("page.html")).unwrap().contains("ada@"));
    assert_eq!(fs::metadata(at("page.html")).unwrap().permissions().mode() & 0o777, 0o600);
}

/// Returns the luminance of a colour such as `#1a7f4b`, as WCAG 2 defines it.
fn luminance(colour: &str) -> f64 {
    let digits: String = match colour.len() {
        4 => colour[1..].chars().flat_map(|c| [c, c]).collect(),
        _ => colour[1..].to_owned(),
    };
    let part = |at: usize| {
        let part = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

#[test]
fn every_palette_has_the_contrast_of_wcag_aa() {
    let palettes: Vec<&str> = STYLE.split(":root {").skip(1).map(|rest| rest.split_once('}').unwrap().0).collect();
    assert_eq!(palettes.len(), 3, "light, dark and paper");
    for palette in palettes {
        let colour = |name: &str| {
            let (_, rest) = palette.split_once(&format!("--{name}: ")).unwrap();
            luminance(rest.split_once(';').unwrap().0)
        };
        let contrast = |one: f64, other: f64| (one.max(other) + 0.05) / (one.min(other) + 0.05);
        for text in ["ink", "soft", "link", "good", "neutral", "open", "bad"] {
            for ground in ["paper", "panel"] {
                let ratio = contrast(colour(text), colour(ground));
                assert!(ratio >= 4.5, "{text} on {ground}: {ratio:.2} in {palette}");
            }
        }
        for bar in ["good", "neutral", "open", "bad"] {
            assert!(contrast(colour(bar), colour("track")) >= 3.0, "{bar} in {palette}");
        }
    }
}

/// Counts the characters of a page that make its markup.
fn markup(page: &str) -> [usize; 3] {
    ['<', '>', '"'].map(|c| page.matches(c).count())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_text_in_any_cell_changes_the_markup(
        texts in proptest::collection::vec(prop_oneof![".{0,12}", "[<>&'\"=/a \n\u{0}\u{202e}]{0,12}", "[a-z]{300,310}"], 6),
        status in proptest::sample::select(Status::ALL.to_vec()),
    ) {
        let page = |texts: &[String]| {
            let [email, organization, code, detail, name, cell] = texts else { panic!("six texts") };
            super::tests::page(&[name], &[["2", email, organization, status.as_str(), "", code, detail, cell]])
        };
        let tame: Vec<String> = texts.iter().map(|text| text.chars().map(|_| 'x').collect()).collect();
        prop_assert_eq!(markup(&page(&texts)), markup(&page(&tame)));
    }
}
