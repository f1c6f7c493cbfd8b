//! The page that people can read: which commands write it, to which file, and that its script works in a browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use atlas_sandbox::Options;

use crate::world::{Signal, World, faults, sandbox, wait_until};

/// A sheet with cells that a page must not take for its own.
pub(crate) const ODD: &str = "Name,email,roles\n\
                   \"</td><script>document.title='taken'</script>\",ada@example.com,ORG_MEMBER\n\
                   \"=1+1\",bob@example.com,ORG_MEMBR\n\
                   Zoë \u{202e}& Co,cleo@example.com,ORG_MEMBER\n\
                   10,dan@example.com,ORG_MEMBER\n\
                   9,eve@example.com,ORG_MEMBER\n";

#[test]
fn run_and_report_write_the_same_page() {
    let world = World::new();
    world.write("people.csv", ODD);
    let server = sandbox(faults(&["422@#2"]));
    let run = world.invite(&server.base_url()).args(&["--report", "page.html", "--concurrency", "1"]).finish();
    run.exits(1);
    let page = world.read("page.html");
    // Only the run knows the spreadsheet.
    let (before, rest) = page.split_once("<section>\n<h2>How the spreadsheet was read</h2>\n").expect("a section");
    let (section, after) = rest.split_once("</section>\n").expect("its end");
    assert!(section.contains("people.csv: CSV, comma, UTF-8; header in row 1."), "{section}");
    assert!(section.contains("<th scope=\"row\">email<td>&quot;email&quot;"), "{section}");
    let page = format!("{before}{after}");
    world.program(&["report", "people.results.csv"]).finish().exits(0);
    // But for the time it was made.
    assert_eq!(world.read("people.results.html").len(), page.len());
    let printed = world.program(&["report", "people.results.csv", "--output", "-"]).finish();
    printed.exits(0);
    assert_eq!((printed.stdout.len(), printed.stderr.as_str()), (page.len(), ""));
    // A page of ours is replaced.
    world.program(&["report", "people.results.csv", "--output", "page.html"]).finish().exits(0);
}

#[test]
fn the_variable_names_the_page_too() {
    let world = World::with_people(2);
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).env("BULK_INVITE_REPORT", "page.html").args(&["--log-format", "json"]);
    let run = run.finish();
    run.exits(0);
    let last: serde_json::Value = serde_json::from_str(run.stderr.lines().last().expect("a line")).expect("JSON");
    assert_eq!(last["event"], "summary", "the summary ends the log {}", run.output());
    assert_eq!(emails(&world.read("page.html")), ["person-001@example.com", "person-002@example.com"]);
}

#[test]
fn the_page_of_a_killed_run_shows_the_open_request() {
    let world = World::with_people(6);
    let server = sandbox(faults(&["slow-before=30s@#4"]));
    let run = world.invite(&server.base_url()).args(&["--concurrency", "1"]).start();
    wait_until("the fourth is on its way", || world.lines_written() >= 8);
    run.kill();
    world.program(&["report", "people.results.csv"]).finish().exits(0);
    let page = world.read("people.results.html");
    assert_eq!(statuses(&page), ["invited", "invited", "invited", "sending"], "{page}");
}

#[test]
fn an_interrupted_run_still_makes_its_page() {
    let world = World::with_people(6);
    let server = sandbox(faults(&["slow-before=200ms@1"]));
    let run = world.invite(&server.base_url()).args(&["--concurrency", "1", "--report", "page.html"]).start();
    wait_until("one is invited", || world.lines_written() >= 3);
    run.signal(Signal::Interrupt);
    run.finish().exits(130);
    let page = world.read("page.html");
    assert_eq!(statuses(&page).last(), Some(&"not_sent"), "{page}");
}

#[cfg(unix)]
#[test]
fn the_page_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::with_people(2);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).args(&["--report", "page.html"]).finish().exits(0);
    let mode = std::fs::metadata(world.path("page.html")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds personal data");
}

/// A Chromium, as `CHROME` or the path names one.
fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("CHROME").map(PathBuf::from);
    named.or_else(|| {
        let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
        let names = ["chromium", "chromium-browser", "google-chrome"];
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
    })
}

/// The document as the browser has it once its script has run, at this place in it.
fn document(browser: &Path, world: &World, place: &str) -> String {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let address = format!("file://{}#{place}", world.path("page.html").display());
    let output = Command::new(browser)
        // No sandbox of its own, which a container or root cannot have: the page is ours.
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(address)
        .output()
        .expect("the browser");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns the emails in the table, in its order; a browser quotes what the file does not.
fn emails(document: &str) -> Vec<&str> {
    let cells = table(document)
        .split("<th scope=")
        .skip(1)
        .filter_map(|cell| cell.split_once("row>").or_else(|| cell.split_once("row\">")));
    cells.map(|(_, cell)| cell.split(['<', '\n']).next().unwrap_or_default()).collect()
}

/// Returns the statuses of the rows in the table, in its order.
fn statuses(page: &str) -> Vec<&str> {
    let rows = table(page).split("<tr class=").skip(1);
    rows.map(|row| row.split('>').next().unwrap_or_default()).collect()
}

fn table(document: &str) -> &str {
    let (_, table) = document.split_once("<table id=\"people\">").expect("the table");
    table.split_once("</table>").expect("its end").0
}

#[test]
#[ignore = "needs Chromium, in the path or named by CHROME"]
fn a_browser_runs_only_our_script_and_can_search_and_sort() {
    let browser = browser().expect("Chromium: it is not in the path, and CHROME names none");
    let world = World::new();
    world.write("people.csv", ODD);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).args(&["--report", "page.html"]).finish().exits(1);
    let [ada, bob, cleo, dan, eve] = ["ada", "bob", "cleo", "dan", "eve"].map(|name| format!("{name}@example.com"));
    let (ada, bob, cleo, dan, eve) = (ada.as_str(), bob.as_str(), cleo.as_str(), dan.as_str(), eve.as_str());
    for (place, expected, sorted) in [
        ("", &[ada, bob, cleo, dan, eve][..], ""),
        ("all", &[ada, bob, cleo, dan, eve], ""),
        ("sort=Email&down", &[eve, dan, cleo, bob, ada], "aria-sort=\"descending\""),
        // By number if cells are numbers: 9 before 10.
        ("sort=Name&search=example.com%20member&status=invited", &[ada, eve, dan, cleo], "aria-sort=\"ascending\""),
        ("status=accepted%20invalid%20failed%20unknown%20sending", &[bob], ""),
        ("search=zoe", &[cleo], ""),
        ("search=absent", &[], ""),
    ] {
        let document = document(&browser, &world, place);
        assert_eq!(emails(&document), expected, "{place}\n{document}");
        assert!(document.contains(sorted), "{place}: {sorted}\n{document}");
        assert!(!document.contains("<title>taken</title>"), "{document}");
        assert!(!document.contains("<form id=\"controls\" role=\"search\" hidden"), "the script has run\n{document}");
    }
}
