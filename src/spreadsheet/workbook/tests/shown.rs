//! What people see in a cell beside what the file has in it: merged cells, links, and results of formulas.

use super::*;

/// Returns a workbook of these rows and the markup after them.
fn sheet(rows: &[&str], after: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{}</sheetData>{after}</worksheet>", rows.concat());
    let mut parts = vec![("xl/worksheets/sheet1.xml", sheet.as_bytes())];
    parts.extend(more);
    book(&parts)
}

fn texts(file: &[u8]) -> Vec<String> {
    rows(file).into_iter().map(|(_, cells)| cells).collect()
}

fn merges(areas: &[&str]) -> String {
    let merges: String = areas.iter().map(|area| format!(r#"<mergeCell ref="{area}"/>"#)).collect();
    format!("<mergeCells>{merges}</mergeCells>")
}

#[test]
fn a_merged_cell_counts_for_each_row_that_it_covers() {
    let rows = [
        row(1, &["email", "roles", "teams"]),
        row(2, &["a@example.com", "member", "Backend"]),
        row(3, &["b@example.com"]),
        row(5, &["c@example.com", "", "not shown"]),
        row(6, &["d@example.com", "owner"]),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = sheet(&rows, &merges(&["C2:C5", "$B$3:B2", "D1:F1"]), &[]);
    let expected = [
        "a@example.com|member|Backend",
        "b@example.com|member|Backend",
        "c@example.com||Backend",
        "d@example.com|owner|",
    ];
    assert_eq!(texts(&file), expected);
}

#[test]
fn a_merged_cell_fills_only_its_first_column() {
    let rows = [row(1, &["email", "roles", "teams"]), row(2, &["a@example.com", "x"]), row(3, &["b@example.com"])];
    let file = sheet(&[&rows[0], &rows[1], &rows[2]], &merges(&["B2:C3", "A2:A2", "B9:B12"]), &[]);
    assert_eq!(texts(&file), ["a@example.com|x|", "b@example.com|x|"]);
}

#[test]
fn text_beneath_a_merged_cell_does_not_count() {
    let rows = [
        row(1, &["email", "teams", "roles"]),
        row(2, &["a@example.com", "x", "ORG_OWNER"]),
        row(3, &["b@example.com", "", "member"]),
        row(4, &["c@example.com", "y", "ORG_OWNER"]),
        row(5, &["", "old"]),
        row(6, &["d@example.com", "z", "member"]),
    ]
    .concat();
    let file = sheet(&[&rows], &merges(&["B2:C2", "C3:C4", "B3:B5"]), &[]);
    let expected = ["a@example.com|x|", "b@example.com||member", "c@example.com||member", "d@example.com|z|member"];
    assert_eq!(texts(&file), expected);
    assert_eq!(rows_of(&file), [2, 3, 4, 6]);
}

#[test]
fn a_title_that_is_merged_over_columns_is_above_the_header() {
    let rows = [row(1, &["People"]), row(2, &["email", "", "teams"]), row(3, &["a@example.com", "", "x"])].concat();
    let sheet = open(&sheet(&[&rows], &merges(&["A1:C1", "A2:B2"]), &[]), None).unwrap();
    assert_eq!((sheet.header().number(), sheet.header().rows_above()), (2, &[1][..]));
}

#[test]
fn a_header_of_two_rows_ends_with_the_merged_name() {
    let rows = [
        row(2, &["email", "Access", "", "Name"]),
        row(3, &["", "roles", "teams", ""]),
        row(4, &["a@example.com", "member", "Backend", "Ada"]),
    ];
    let file = sheet(&[&rows[0], &rows[1], &rows[2]], &merges(&["A2:A3", "B2:C2", "D2:D3"]), &[]);
    let sheet = open(&file, None).unwrap();
    assert_eq!(
        (sheet.header().number(), sheet.header().names()),
        (3, &["email", "roles", "teams", "Name"].map(str::to_owned)[..])
    );
    assert_eq!(texts(&file), ["a@example.com|member|Backend|Ada"]);
    let mut again = sheet.reopen().unwrap();
    assert_eq!((again.header().number(), again.next_row().unwrap().unwrap().number), (3, 4));
}

#[test]
fn rows_below_a_merged_cell_stay_blank() {
    let rows = [row(1, &["email", "teams"]), row(2, &["a@example.com", "x"]), row(9, &["b@example.com"])];
    let file = sheet(&[&rows[0], &rows[1], &rows[2]], &merges(&["B2:B1048576"]), &[]);
    assert_eq!(rows_of(&file), [2, 9]);
    let mut sheet = open(&file, None).unwrap();
    assert_eq!((sheet.by_ref().count(), sheet.skipped_blank()), (2, 6));
}

fn rows_of(file: &[u8]) -> Vec<u32> {
    rows(file).into_iter().map(|(number, _)| number).collect()
}

#[test]
fn merged_cells_without_end_are_bounded() {
    let text = "x".repeat(1_000_000);
    let people: String = (3..400).map(|number| row(number, &["a@example.com"])).collect();
    let rows = [row(1, &["email", "teams"]), row(2, &["a@example.com", &text]), people];
    let file = sheet(&[&rows[0], &rows[1], &rows[2]], &merges(&["B2:B1048576"]), &[]);
    assert_eq!(refusal(&file), WorkbookError::TooLarge(Oversize::Cells));
}

/// Returns the faults of the first columns of the only row.
fn faults(cells: &str) -> Vec<Option<CellFault>> {
    let row = format!(r#"<row r="2">{cells}</row>"#);
    let mut sheet = open(&sheet(&[&row_of_names(), &row], "", &[]), None).unwrap();
    let row = sheet.next_row().unwrap().unwrap();
    (0..3).map(|cell| row.cell_fault(cell).cloned()).collect()
}

fn row_of_names() -> String {
    row(1, &["email", "roles", "teams"])
}

#[test]
fn a_formula_without_a_saved_result_is_a_fault() {
    for cell in [
        "<c><f>A1</f></c>",
        "<c><f>A1</f><v/></c>",
        r#"<c t="str"><f>A1</f></c>"#,
        r#"<c t="b"><f>A1</f><v></v></c>"#,
        r#"<c><f t="shared" si="0"/></c>"#,
    ] {
        assert_eq!(faults(cell), [Some(CellFault::NoResult), None, None], "{cell}");
    }
}

#[test]
fn an_empty_text_is_a_result() {
    for cell in [
        r#"<c t="str"><f>""</f><v></v></c>"#,
        r#"<c t="str"><f>""</f><v/></c>"#,
        "<c><f>A1</f><v>0</v></c>",
        "<c><v/></c>",
        "<c/>",
    ] {
        assert_eq!(faults(&format!("<c><v>1</v></c>{cell}")), [None, None, None], "{cell}");
    }
}

#[test]
fn every_error_is_a_fault_and_keeps_its_text() {
    for error in ["#N/A", "#GETTING_DATA", "#SPILL!", "#BLOCKED!", "Err:502", "#ODD!"] {
        let cell = format!(r#"<c t="e"><f>A1</f><v>{error}</v></c>"#);
        assert_eq!(faults(&cell), [Some(CellFault::Error), None, None], "{error}");
        let file = sheet(&[&row_of_names(), &format!(r#"<row r="2">{cell}</row>"#)], "", &[]);
        assert_eq!(texts(&file), [format!("{error}||")]);
    }
}

#[test]
fn a_fault_of_a_merged_cell_is_one_of_each_row() {
    let rows = [row_of_names(), r#"<row r="2"><c r="A2"><f>B1</f></c></row>"#.to_owned(), row(3, &["", "member"])];
    let file = sheet(&[&rows[0], &rows[1], &rows[2]], &merges(&["A2:A3"]), &[]);
    let faults = open(&file, None).unwrap().map(|row| row.unwrap().cell_fault(0).cloned());
    assert_eq!(faults.collect::<Vec<_>>(), [Some(CellFault::NoResult), Some(CellFault::NoResult)]);
}

const LINKS: &str = r#"<Relationships>
    <Relationship Id="r1" Type="x/relationships/hyperlink" Target="mailto:ada@example.com?subject=Hi" TargetMode="External"/>
    <Relationship Id="r2" Type="x/relationships/hyperlink" Target="https://example.com/bob" TargetMode="External"/>
    <Relationship Id="r3" Type="x/relationships/comments" Target="mailto:cleo@example.com"/>
</Relationships>"#;

/// Returns a workbook in which cells link to Ada's address, to a page and to nothing.
fn linked(cells: &[&str], links: &str) -> Vec<u8> {
    let people: String = (2..).zip(cells).map(|(number, name)| row(number, &["x", name])).collect();
    let links = format!(r#"<hyperlinks xmlns:r="x">{links}</hyperlinks>"#);
    let rels: (&str, &[u8]) = ("xl/worksheets/_rels/sheet1.xml.rels", LINKS.as_bytes());
    sheet(&[&row(1, &["Manager", "email"]), &people], &links, &[rels])
}

#[test]
fn a_name_with_a_link_means_the_address_of_the_link() {
    let links = r#"<hyperlink ref="A2" r:id="r1"/><hyperlink ref="B2" r:id="r1"/><hyperlink ref="B3" r:id="r2"/>
        <hyperlink ref="B4" r:id="r3"/><hyperlink ref="B5" location="A1"/><hyperlink ref="?" r:id="r1"/>"#;
    let file = linked(&["Ada", "Bob", "Cleo", "Dan"], links);
    assert_eq!(texts(&file), ["x|ada@example.com", "x|Bob", "x|Cleo", "x|Dan"]);
}

#[test]
fn a_formula_may_be_the_link() {
    let formula = r#"<row r="2"><c t="str"><f>HYPERLINK("mailto:ada@example.com","Ada")</f><v>Ada</v></c></row>"#;
    let file = sheet(&[&row_of_names(), formula], "", &[]);
    assert_eq!(texts(&file), ["ada@example.com||"]);
}

#[test]
fn an_address_other_than_that_of_the_link_is_a_fault() {
    let file = linked(&["ADA@example.com", "bob@example.com", ""], r#"<hyperlink ref="B2:B4" r:id="r1"/>"#);
    let faults = open(&file, None).unwrap().map(|row| row.unwrap().cell_fault(1).cloned());
    let differs = CellFault::LinkDiffers { address: "ada@example.com".into() };
    assert_eq!(faults.collect::<Vec<_>>(), [None, Some(differs), None]);
    assert_eq!(texts(&file), ["x|ADA@example.com", "x|bob@example.com", "x|"]);
}

#[test]
fn linked_addresses_take_part_in_the_choice_of_the_column() {
    let of = |names: [&str; 3]| {
        let rows = [row(1, &names), row(2, &["Ada", "ada@example.org", "Boss"]), row(3, &["Bob", "bob@example.org"])];
        let links = r#"<hyperlinks><hyperlink ref="A2" r:id="r1"/><hyperlink ref="C2" r:id="r2"/></hyperlinks>"#;
        let target =
            |id, name| format!(r#"<Relationship Id="{id}" Type="hyperlink" Target="mailto:{name}@example.com"/>"#);
        let related = format!("<Relationships>{}{}</Relationships>", target("r1", "ada"), target("r2", "boss"));
        let part = ("xl/worksheets/_rels/sheet1.xml.rels", related.as_bytes());
        open::read(Cursor::new(sheet(&[&rows.concat()], links, &[part])), &options(None, None))
            .and_then(|(mut sheet, _)| Ok((sheet.header().email(), sheet.by_ref().collect::<Result<Vec<_>, _>>()?)))
    };
    let (email, rows) = of(["Login", "Personal Email", "Note"]).unwrap();
    assert_eq!((email, rows[0].cell(0)), (0, "ada@example.com"));
    assert_eq!(of(["Name", "Contact Email", "Manager"]).unwrap().0, 1);
    for names in [["Email", "Work Email", "Note"], ["Work contact", "Personal Email", "Note"]] {
        let Err(error) = of(names) else { panic!("{names:?}") };
        let SheetError::DifferentAddresses { row: 2, candidates, .. } = error else { panic!("{error:?}") };
        assert_eq!(candidates[0].example.as_deref(), Some("ada@example.com"));
    }
}

#[test]
fn the_link_of_a_merged_cell_counts_for_each_row() {
    let rels: (&str, &[u8]) = ("xl/worksheets/_rels/sheet1.xml.rels", LINKS.as_bytes());
    let rows = [row_of_names(), row(2, &["Ada", "member"]), row(3, &["", "owner"])];
    let after = format!(r#"{}<hyperlinks><hyperlink ref="A2" r:id="r1"/></hyperlinks>"#, merges(&["A2:A3"]));
    let file = sheet(&[&rows[0], &rows[1], &rows[2]], &after, &[rels]);
    assert_eq!(texts(&file), ["ada@example.com|member|", "ada@example.com|owner|"]);
}
