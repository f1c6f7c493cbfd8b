use super::super::workbook::error::OfficeFormat;
use super::*;

#[test]
fn each_error_names_its_cause_and_a_remedy() {
    let text = |text: &str| text.to_owned();
    let io_error = || io::Error::other("the disk is gone");
    let old = || WorkbookError::OtherFormat(OfficeFormat::Old);
    let errors = [
        SheetError::Open(io_error()),
        SheetError::Folder,
        SheetError::Read(io_error()),
        SheetError::Empty,
        SheetError::NoSpreadsheet(NotASpreadsheet::Pdf),
        SheetError::NoSpreadsheet(NotASpreadsheet::Picture),
        SheetError::NoSpreadsheet(NotASpreadsheet::NotText),
        SheetError::Workbook(old()),
        SheetError::Sheet {
            sheet: text("\"Read me\""),
            others: text("\"People\""),
            error: Box::new(SheetError::UnclosedHeader),
        },
        SheetError::HiddenRows { rows: vec![3] },
        SheetError::HiddenRows { rows: vec![3, 5, 8, 9, 10] },
        SheetError::NoSheets { name: text("\"People\"") },
        SheetError::NoDelimiter { delimiter: Delimiter::Tab },
        SheetError::NoHeader { first_row: text("\"Jane, jane@example.com\"") },
        SheetError::PersonAsHeaderRow { row: 2, cells: text("\"Jane, jane@example.com\"") },
        SheetError::BlankHeaderRow { row: 2 },
        SheetError::NoSuchHeaderRow { row: 9, last: 4 },
        SheetError::TwoHeaderRows { first: 1, second: 3 },
        SheetError::AddressAboveHeader { row: 1, header: 3 },
        SheetError::NoEmailColumn { found: text("\"Name\", \"Phone\"") },
        SheetError::NoGrantColumn { found: text("\"Department\", \"Location\"") },
        SheetError::UnknownEmailColumn {
            columns: text("\"Login\""),
            choose: text("--column email=Login"),
            candidates: Box::default(),
        },
        SheetError::DifferentAddresses {
            columns: "\"Email\" and \"Work Email\"".into(),
            row: 2,
            choose: "--column email=Email or --column \"email=Work Email\"".into(),
            ignore: "--ignore-column Email or --ignore-column \"Work Email\"".into(),
            candidates: Box::default(),
        },
        SheetError::TwoColumns {
            column: Column::Roles,
            columns: text("\"Role\" and \"Rolle\""),
            choose: text("--column roles=Role or --column roles=Rolle"),
            ignore: text("--ignore-column Role or --ignore-column Rolle"),
        },
        SheetError::RepeatedName {
            column: Column::Roles,
            columns: text("\"Role\" (column B) and \"Role\" (column C)"),
            choose: text("--column roles=B or --column roles=C"),
        },
        SheetError::NothingToIgnore { name: text("\"Rolle\""), found: text("\"Email\", \"Role\"") },
        SheetError::IgnoredAndChosen { name: text("\"Contact\""), column: Column::Email },
        SheetError::NoSuchColumn {
            column: Column::Email,
            name: text("\"Kontakt\""),
            found: text("\"Email\", \"Contact\""),
        },
        SheetError::TwoChoices { column: Column::Email, first: text("\"Contact\""), second: text("\"Email\"") },
        SheetError::ColumnGivenTwice { name: text("\"contact\""), first: Column::Email, second: Column::Roles },
        SheetError::UnclosedHeader,
        SheetError::LongHeader,
        SheetError::UnclosedQuote { row: 3, line: 3 },
        SheetError::RowsInQuotes { row: 3, line: 5 },
        SheetError::NoEncoding { encoding: Encoding::WINDOWS_1252 },
        SheetError::OtherFormat(TextFormat::WebPage),
        SheetError::OtherFormat(TextFormat::WebArchive),
        SheetError::OtherFormat(TextFormat::Excel2003),
        SheetError::OtherFormat(TextFormat::Xml),
        SheetError::OtherFormat(TextFormat::Json),
        SheetError::OtherFormat(TextFormat::Sylk),
        SheetError::OtherFormat(TextFormat::Dif),
        SheetError::OtherFormat(TextFormat::RichText),
        SheetError::OtherFormat(TextFormat::Message),
        SheetError::OtherFormat(TextFormat::Contacts),
    ];
    insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
}
