//! Any table reads back as it was written, with hidden rows and merged cells.

use super::*;

/// A group of rows that share a team, in one merged cell if there are several.
#[derive(Clone, Debug)]
struct Group {
    team: String,
    /// The other cells of each row, and whether it is hidden.
    rows: Vec<([String; 2], bool)>,
}

/// Texts with spaces, escapes and markup in them; an empty one too.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ -~äß\u{1F600}\n]{1,8}", Just("_x000D_".to_owned()), Just(" ".to_owned())]
}

fn group() -> impl Strategy<Value = Group> {
    let row = ([text(), text()], any::<bool>());
    // Spaces alone do not count as text, so they may be lost with a blank row.
    let team = text().prop_map(|team| if team.trim().is_empty() { String::new() } else { team });
    (team, prop::collection::vec(row, 1..4)).prop_map(|(team, rows)| Group { team, rows })
}

fn written(groups: &[Group]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let (sheet, plain) = (workbook.add_worksheet(), Format::new());
    for (column, name) in (0..).zip(["email", "roles", "teams"]) {
        sheet.write(0, column, name).unwrap();
    }
    let mut at = 1;
    for Group { team, rows } in groups {
        match u32::try_from(rows.len()).unwrap() {
            1 => _ = sheet.write(at, 2, team).unwrap(),
            count => _ = sheet.merge_range(at, 2, at + count - 1, 2, team, &plain).unwrap(),
        }
        for (cells, is_hidden) in rows {
            for (column, cell) in (0..).zip(cells) {
                sheet.write(at, column, cell).unwrap();
            }
            if *is_hidden {
                sheet.set_row_hidden(at).unwrap();
            }
            at += 1;
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// Returns the rows that are to be read. A row has text of its own, or is the first of its group.
fn expected(groups: &[Group], skips_hidden: bool) -> Vec<(u32, String)> {
    let rows = groups.iter().flat_map(|group| {
        let team = |index: usize, cells: &[String; 2]| {
            let is_own = cells.iter().any(|cell| !unprotected(cell).trim().is_empty());
            if index == 0 || is_own { group.team.as_str() } else { "" }
        };
        let joined = move |(index, (cells, is_hidden)): (usize, &([String; 2], bool))| {
            let cells = [cells[0].as_str(), &cells[1], team(index, cells)];
            (cells.map(|cell| unprotected(cell).to_owned()), *is_hidden)
        };
        group.rows.iter().enumerate().map(joined)
    });
    (2..)
        .zip(rows)
        .filter(|(_, (cells, _))| cells.iter().any(|cell| !cell.trim().is_empty()))
        .filter(|(_, (_, is_hidden))| !(skips_hidden && *is_hidden))
        .map(|(number, (cells, _))| (number, cells.join("|")))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_table_reads_back_the_same(groups in prop::collection::vec(group(), 0..6)) {
        let file = written(&groups);
        let read = |hidden_rows| {
            let sheet = open::read(Cursor::new(file.clone()), &options(None, Some(hidden_rows))).unwrap().0;
            let joined = |row: super::super::super::Row| [0, 1, 2].map(|cell| row.raw(cell).to_owned()).join("|");
            sheet.map(Result::unwrap).map(|row| (row.number, joined(row))).collect::<Vec<_>>()
        };
        let all = expected(&groups, false);
        prop_assert_eq!(&read(HiddenRows::Include), &all);
        prop_assert_eq!(&read(HiddenRows::Skip), &expected(&groups, true));
        let hidden = all.len() - expected(&groups, true).len();
        match open::read(Cursor::new(file), &SheetOptions::default()) {
            Ok(_) => prop_assert_eq!(hidden, 0),
            Err(SheetError::HiddenRows { rows }) => prop_assert_eq!(hidden, rows.len()),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}
