use super::foreign::ForeignPath;
use super::*;

/// Returns a folder with these files.
fn folder(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "email\n").unwrap();
    }
    folder
}

/// Returns the problem of a path in the folder, found as `run` does.
fn problem(folder: &tempfile::TempDir, name: &str) -> Option<FileProblem> {
    let path = folder.path().join(name);
    let error = fs::File::open(&path).err();
    FileProblem::find(&path, error.as_ref(), Wanted::Sheet)
}

fn names(files: &[PathBuf]) -> Vec<String> {
    files.iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn similar_files_are_suggested_for_a_missing_one() {
    let folder = folder(&["people.csv", "people (1).csv", "Staff 2026.xlsx", "people.pdf", "zebra.csv"]);
    for (typed, expected) in [
        ("peple.csv", &["people.csv", "people (1).csv"][..]),
        ("people.xlsx", &["people.csv", "people (1).csv"]),
        ("people.csv.csv", &["people.csv", "people (1).csv"]),
        ("PEOPLE (2).CSV", &["people.csv", "people (1).csv"]),
        ("copy of people", &["people.csv", "people (1).csv"]),
        ("staff.xlsx", &["Staff 2026.xlsx"]),
    ] {
        let found = problem(&folder, typed);
        let Some(FileProblem::Missing(Neighbors::Similar(files))) = found else { panic!("{typed}: {found:?}") };
        assert_eq!(names(&files), expected, "{typed}");
    }
}

#[test]
fn at_most_three_files_are_suggested() {
    let folder = folder(&["people 1.csv", "people 2.csv", "people 3.csv", "people 4.csv"]);
    let Some(FileProblem::Missing(Neighbors::Similar(files))) = problem(&folder, "people.csv") else { panic!() };
    assert_eq!(files.len(), 3);
    let Some(FileProblem::Missing(Neighbors::InFolder(Listing { first, more }))) = problem(&folder, "zzz.csv") else {
        panic!()
    };
    assert_eq!((first.len(), more), (3, 1));
}

#[test]
fn quotes_and_escapes_that_a_shell_left_are_removed() {
    let folder = folder(&["my people.csv", "sub/people.csv"]);
    let at = |name: &str| format!("{}/{name}", folder.path().display());
    for (typed, meant) in [
        (format!("'{}'", at("my people.csv")), "my people.csv"),
        (format!("\u{201c}{}\u{201d}", at("my people.csv")), "my people.csv"),
        (format!("{} ", at("my people.csv")), "my people.csv"),
        (at(r"my\ people.csv"), "my people.csv"),
        (at("my%20people.csv"), "my people.csv"),
        (at(r"sub\people.csv"), "sub/people.csv"),
    ] {
        assert_eq!(meant_by(&typed), folder.path().join(meant), "{typed}");
    }
}

fn meant_by(typed: &str) -> PathBuf {
    let found = missing(Path::new(typed), Wanted::Sheet);
    let FileProblem::Missing(Neighbors::Similar(files)) = &found else { panic!("{found:?}") };
    assert_eq!(files.len(), 1, "{found:?}");
    files[0].clone()
}

#[test]
fn the_first_missing_folder_is_named() {
    let folder = folder(&["people.csv"]);
    let at = |name: &str| folder.path().join(name);
    assert_eq!(problem(&folder, "a/b/people.csv"), Some(FileProblem::NoFolder(at("a"))));
    assert_eq!(problem(&folder, "people.csv/x"), Some(FileProblem::NotAFolder(at("people.csv"))));
}

#[test]
fn a_folder_lists_its_spreadsheets() {
    let folder =
        folder(&["sub/b.csv", "sub/a.xlsx", "sub/a.results.csv", "sub/a.status.csv", "sub/note.pdf", "none/note.pdf"]);
    let Some(FileProblem::Folder(Some(Listing { first, more }))) = problem(&folder, "sub") else { panic!() };
    assert_eq!((names(&first), more), (vec!["a.xlsx".to_owned(), "b.csv".to_owned()], 0));
    assert_eq!(problem(&folder, "none"), Some(FileProblem::Folder(None)));
    let results = FileProblem::find(&folder.path().join("sub"), None, Wanted::Results);
    let Some(FileProblem::Folder(Some(Listing { first, .. }))) = results else { panic!() };
    assert_eq!(names(&first), ["a.results.csv"]);
}

#[test]
fn a_file_beside_the_spreadsheet_leads_to_it() {
    let folder = folder(&["people.xlsx", "~$people.xlsx", ".~lock.people.xlsx#", "._people.xlsx", "~$gone.xlsx"]);
    let original = FileProblem::Companion(Some(folder.path().join("people.xlsx")));
    for name in ["~$people.xlsx", ".~lock.people.xlsx#", "._people.xlsx"] {
        assert_eq!(problem(&folder, name).as_ref(), Some(&original), "{name}");
        fs::remove_file(folder.path().join(name)).unwrap();
        assert_eq!(problem(&folder, name).as_ref(), Some(&original), "{name} is missing");
    }
    assert_eq!(problem(&folder, "~$gone.xlsx"), Some(FileProblem::Companion(None)));
}

#[test]
fn shortcuts_are_not_spreadsheets() {
    let folder = folder(&["people.lnk", "people.csv.URL", "people.gsheet", "people.csv"]);
    assert_eq!(problem(&folder, "people.lnk"), Some(FileProblem::Shortcut));
    assert_eq!(problem(&folder, "people.csv.URL"), Some(FileProblem::Shortcut));
    assert_eq!(problem(&folder, "people.gsheet"), Some(FileProblem::GoogleDocument));
    assert_eq!(problem(&folder, "people.csv"), None);
}

#[test]
fn an_empty_file_of_a_cloud_service_is_not_downloaded() {
    let folder = folder(&[
        "OneDrive - Example/full.csv",
        "OneDrive - Example/people.csv",
        "local/people.csv",
        "iCloud/.staff.csv.icloud",
    ]);
    for name in ["OneDrive - Example/people.csv", "local/people.csv"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    assert_eq!(problem(&folder, "OneDrive - Example/people.csv"), Some(FileProblem::NotDownloaded));
    assert_eq!(problem(&folder, "OneDrive - Example/full.csv"), None);
    assert_eq!(problem(&folder, "local/people.csv"), None);
    assert_eq!(problem(&folder, "iCloud/staff.csv"), Some(FileProblem::NotDownloaded));
}

#[test]
fn paths_of_other_systems_are_recognized() {
    let variables = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
    let of = |path: &str| ForeignPath::of(path, &variables);
    let expanded = |what: &str, full: &str| ForeignPath::Unexpanded { what: what.into(), full: Some(full.into()) };
    let unknown = |what: &str| ForeignPath::Unexpanded { what: what.into(), full: None };
    for (path, expected) in [
        ("https://docs.google.com/spreadsheets/d/1/edit", ForeignPath::WebAddress),
        ("HTTP://example.com/people.csv", ForeignPath::WebAddress),
        ("https:/example.com/people.csv", ForeignPath::WebAddress),
        ("docs.google.com/spreadsheets/d/1", ForeignPath::WebAddress),
        ("s3://bucket/people.csv", ForeignPath::WebAddress),
        ("smb://server/people.csv", ForeignPath::Share),
        ("~/people.csv", expanded("~", "/home/ada/people.csv")),
        ("$HOME/people.csv", expanded("$HOME", "/home/ada/people.csv")),
        ("${HOME}/people.csv", expanded("$HOME", "/home/ada/people.csv")),
        ("~bob/people.csv", unknown("~")),
        ("%USERPROFILE%\\people.csv", unknown("%USERPROFILE%")),
    ] {
        assert_eq!(of(path), Some(expected), "{path}");
    }
    for path in ["people.csv", "./a:b.csv", "a:b.csv", "données/é.csv", "100%.csv", "C.csv"] {
        assert_eq!(of(path), None, "{path}");
    }
}

#[cfg(unix)]
#[test]
fn paths_of_windows_are_recognized() {
    let of = |path: &str| ForeignPath::of(path, &|_| None);
    for path in [r"C:\Users\ada\people.csv", "d:/people.csv", "C:UsersadaPeople.csv", r"\people.csv"] {
        assert_eq!(of(path), Some(ForeignPath::Windows { here: None }), "{path}");
    }
    assert_eq!(of(r"\\server\share\people.csv"), Some(ForeignPath::Share));
    assert_eq!(of("file://server/people.csv"), Some(ForeignPath::Share));
    let local = ForeignPath::FileAddress { path: "/tmp/my people.csv".into() };
    assert_eq!(of("file:///tmp/my%20people.csv"), Some(local));
}

#[cfg(unix)]
#[test]
fn a_link_without_a_target_names_the_target() {
    let folder = folder(&[]);
    std::os::unix::fs::symlink("gone.csv", folder.path().join("link.csv")).unwrap();
    assert_eq!(problem(&folder, "link.csv"), Some(FileProblem::BrokenLink("gone.csv".into())));
}

#[cfg(unix)]
#[test]
fn a_denial_names_the_remedy_of_the_user() {
    use super::permission::{Access, Owner};
    let by = |owner, mode, is_folder| Denial::by(Path::new("people"), Access { owner, mode, is_folder }, 1000);
    let path = || PathBuf::from("people");
    assert_eq!(by(1000, 0o100_200, false), Denial::OwnFile(path()));
    assert_eq!(by(1000, 0o040_600, true), Denial::OwnFolder(path()));
    assert_eq!(by(1000, 0o100_600, false), Denial::Rule);
    assert_eq!(by(0, 0o100_600, false), Denial::OtherOwner { path: path(), owner: Owner::from(0) });
}

#[cfg(unix)]
#[test]
fn an_error_of_a_disk_is_not_a_missing_file() {
    let folder = folder(&["people.csv"]);
    for name in ["people.csv", "gone.csv"] {
        let find = |error: &io::Error| FileProblem::find(&folder.path().join(name), Some(error), Wanted::Sheet);
        // An input/output error.
        let found = find(&io::Error::from_raw_os_error(5));
        assert!(matches!(found, Some(FileProblem::System(_))), "{name}: {found:?}");
        assert_eq!(find(&io::Error::other("not of the system")), None, "{name}");
    }
}

#[test]
fn each_problem_names_its_cause_and_one_action() {
    let path = |name: &str| PathBuf::from(name);
    let listing = |more| Listing { first: vec![path("a.csv"), path("b (1).csv")], more };
    let problems = [
        FileProblem::Missing(Neighbors::Similar(vec![path("people (1).csv")])),
        FileProblem::Missing(Neighbors::Similar(vec![path("a.csv"), path("b.csv")])),
        FileProblem::Missing(Neighbors::InFolder(listing(2))),
        FileProblem::Missing(Neighbors::None),
        FileProblem::NoFolder(path("reports")),
        FileProblem::NotAFolder(path("people.csv")),
        FileProblem::BrokenLink(path("gone.csv")),
        FileProblem::Folder(Some(listing(0))),
        FileProblem::Folder(None),
        FileProblem::Denied(Denial::OwnFile(path("people.csv"))),
        FileProblem::Denied(Denial::OwnFolder(path("reports"))),
        #[cfg(unix)]
        FileProblem::Denied(Denial::OtherOwner { path: path("people.csv"), owner: permission::Owner::from(0) }),
        #[cfg(unix)]
        FileProblem::Denied(Denial::OtherOwner { path: path("people.csv"), owner: permission::Owner::from(501) }),
        FileProblem::Denied(Denial::Rule),
        FileProblem::Locked,
        FileProblem::Companion(Some(path("people.xlsx"))),
        FileProblem::Companion(None),
        FileProblem::Shortcut,
        FileProblem::GoogleDocument,
        FileProblem::NotDownloaded,
        FileProblem::System("Input/output error (os error 5)".into()),
        FileProblem::Foreign(ForeignPath::WebAddress),
        FileProblem::Foreign(ForeignPath::FileAddress { path: "/tmp/my people.csv".into() }),
        FileProblem::Foreign(ForeignPath::Share),
        FileProblem::Foreign(ForeignPath::Windows { here: None }),
        FileProblem::Foreign(ForeignPath::Windows { here: Some("/mnt/c/people.csv".into()) }),
        FileProblem::Foreign(ForeignPath::Unexpanded { what: "~".into(), full: Some("/home/ada/people.csv".into()) }),
        FileProblem::Foreign(ForeignPath::Unexpanded { what: "~".into(), full: None }),
    ];
    insta::assert_snapshot!(problems.map(|problem| problem.to_string()).join("\n"));
}
