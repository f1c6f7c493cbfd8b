//! The second file, and what is said where either file cannot be written.

use super::*;

#[test]
fn the_rows_that_need_a_look_are_written_as_the_input_had_them() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    note(&mut journal, 2, "a@example.com", Status::Invited);
    let slot = journal.next_slot();
    journal.append(Some(slot), subject(3, "b@example.com"), &outcome(Status::Failed), ["=1+1", "a, b"]);
    let path = desk.folder.path().join("failed.csv");
    let names = ["Team", "Work Email", "Role", "status"].map(str::to_owned).to_vec();
    let cells = vec![Cell::Carried(1), Cell::Email, Cell::Carried(0), Cell::Nowhere];
    journal.finish(Some(FailedRows { path: path.clone(), names, cells })).unwrap();
    let written = fs::read_to_string(path).unwrap();
    assert_eq!(written, "Team,Work Email,Role,status\n\"a, b\",b@example.com,'=1+1,\n");
}

#[test]
fn a_second_file_that_cannot_be_written_leaves_the_results_complete_and_in_order() {
    let desk = Desk::new();
    for path in [PathBuf::from("/dev/full"), desk.folder.path().join("missing/failed.csv")] {
        let (mut journal, _) = desk.try_open(&["roles", "team"], Start::Replace).unwrap();
        let first = note(&mut journal, 2, "a@example.com", Status::Sending);
        note(&mut journal, 3, "b@example.com", Status::Failed);
        journal.append(Some(first), subject(2, "a@example.com"), &outcome(Status::Invited), ["", ""]);
        let (names, cells) = (vec!["email".to_owned()], vec![Cell::Email]);
        let error = journal.finish(Some(FailedRows { path: path.clone(), names, cells })).unwrap_err();
        let told = format!("cannot write the rows that need another look to {} (--failed): ", path.display());
        assert!(matches!(error, JournalError::FailedRows { .. }) && error.to_string().starts_with(&told), "{error}");
        assert_eq!(desk.lines(), ["a@example.com invited", "b@example.com failed"]);
        assert_eq!(desk.names(), ["people.results.csv"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_for_the_second_file_keeps_its_mode() {
    let mode = || fs::metadata("/dev/null").unwrap().permissions();
    let before = mode();
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    note(&mut journal, 2, "b@example.com", Status::Failed);
    let (names, cells) = (vec!["email".to_owned()], vec![Cell::Email]);
    journal.finish(Some(FailedRows { path: "/dev/null".into(), names, cells })).unwrap();
    assert_eq!(mode(), before);
}

#[test]
fn a_row_without_a_line_is_an_error_and_the_journal_stays() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    note(&mut journal, 2, "a@example.com", Status::Invited);
    journal.next_slot();
    assert!(journal.finish(None).is_err());
    assert_eq!(desk.lines(), ["a@example.com invited"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_results() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let mode = || fs::metadata(desk.path()).unwrap().permissions().mode() & 0o777;
    let (mut journal, _) = desk.open();
    assert_eq!(mode(), 0o600);
    note(&mut journal, 2, "a@example.com", Status::Invited);
    journal.finish(None).unwrap();
    assert_eq!(mode(), 0o600);
}

#[cfg(unix)]
#[test]
fn a_vanished_folder_is_an_error_at_the_end_that_tells_what_went_with_it() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    note(&mut journal, 2, "a@example.com", Status::Invited);
    journal.flush().unwrap();
    note(&mut journal, 3, "b@example.com", Status::Invited);
    fs::remove_dir_all(desk.folder.path()).unwrap();
    let Err(JournalError::Broken { unwritten, .. }) = journal.finish(None) else { panic!() };
    let emails: Vec<_> = unwritten.iter().map(|line| line.email.as_str()).collect();
    assert_eq!(emails, ["a@example.com", "b@example.com"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_says_which_lines_are_not_in_the_file() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    journal.file = File::options().write(true).open("/dev/full").unwrap();
    note(&mut journal, 2, "a@example.com", Status::Invited);
    let Err(JournalError::Broken { unwritten, .. }) = journal.flush() else { panic!() };
    assert_eq!(unwritten.iter().map(|line| line.email.as_str()).collect::<Vec<_>>(), ["a@example.com"]);
    note(&mut journal, 3, "b@example.com", Status::Invited);
    let Err(JournalError::Broken { unwritten, .. }) = journal.flush() else { panic!("nothing more is written") };
    assert_eq!(unwritten.len(), 1);
    assert!(journal.finish(None).is_err());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Whatever stands in the file, opening it neither panics nor, where it is taken, spoils what is written after.
    #[test]
    fn whatever_the_file_holds_it_is_refused_or_written_on(
        header in proptest::bool::ANY,
        whole in 0_usize..3,
        tail in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..120),
    ) {
        let desk = Desk::new();
        let (mut journal, _) = desk.open();
        for row in 0..whole {
            note(&mut journal, row as u32 + 2, &format!("p{row}@example.com"), Status::Invited);
        }
        journal.flush().unwrap();
        drop(journal);
        let mut bytes = if header { fs::read(desk.path()).unwrap() } else { Vec::new() };
        bytes.extend(tail);
        fs::write(desk.path(), &bytes).unwrap();
        match desk.try_open(&["roles", "team"], Start::Continue) {
            Ok((mut journal, _)) => {
                note(&mut journal, 9, "last@example.com", Status::Invited);
                journal.flush().unwrap();
                drop(journal);
                let (_, mut earlier) = desk.open();
                let key = desk.keys.key(HERE.parse().unwrap(), "last@example.com");
                proptest::prop_assert!(earlier.take(key).is_some());
            }
            Err(_) => proptest::prop_assert_eq!(fs::read(desk.path()).unwrap(), bytes, "a refused file is not touched"),
        }
    }
}
