//! The ways in which a table can be written as text.

use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use crate::model::columns::protected;

/// A way of writing a table to bytes; all of them must read back the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writing {
    encoding: &'static str,
    pub(super) delimiter: Delimiter,
    line_end: csv::Terminator,
    quotes: csv::QuoteStyle,
    announced: bool,
    /// True if spaces stand between a separator and the quote after it.
    spaced: bool,
    /// True if the file ends with the mark of old programs.
    ended: bool,
}

/// The encodings that cannot be detected in a few random letters.
pub(super) const GIVEN: [&str; 10] = [
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "mac-roman",
    "shift_jis",
    "euc-jp",
    "iso-2022-jp",
    "gb18030",
    "big5",
    "euc-kr",
];

impl Writing {
    /// Returns the encoding, if it has to be given.
    pub(super) fn given(self) -> Option<Encoding> {
        GIVEN.contains(&self.encoding).then(|| self.encoding.parse().unwrap())
    }
}

pub(super) fn writing() -> impl Strategy<Value = Writing> {
    let detected = ["utf-8", "utf-8 marked", "utf-16le", "utf-16be", "utf-16le unmarked", "utf-16be unmarked"];
    let encodings = select([&detected[..], &GIVEN].concat());
    let line_ends = select(vec![csv::Terminator::Any(b'\n'), csv::Terminator::CRLF, csv::Terminator::Any(b'\r')]);
    let quotes = select(vec![csv::QuoteStyle::Necessary, csv::QuoteStyle::Always]);
    let flags = any::<(bool, bool, bool)>();
    (encodings, select(Delimiter::ALL.to_vec()), line_ends, quotes, flags).prop_map(
        |(encoding, delimiter, line_end, quotes, (announced, spaced, ended))| Writing {
            encoding,
            delimiter,
            line_end,
            quotes,
            announced,
            spaced: spaced && matches!(quotes, csv::QuoteStyle::Always),
            ended,
        },
    )
}

pub(super) fn write(table: &[Vec<String>], writing: Writing) -> Vec<u8> {
    let Writing { encoding, delimiter, line_end, quotes, announced, spaced, ended } = writing;
    let separator = delimiter.as_byte() as char;
    let mut text = if spaced {
        let end =
            if let csv::Terminator::Any(end) = line_end { char::from(end).to_string() } else { "\r\n".to_owned() };
        let quoted = |cell: &String| format!("\"{}\"", protected(cell).replace('"', "\"\""));
        let line =
            |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(&format!("{separator}  ")) + &end;
        table.iter().map(line).collect()
    } else {
        let mut writer = csv::WriterBuilder::new();
        let writer = writer.delimiter(delimiter.as_byte()).terminator(line_end).quote_style(quotes);
        let mut writer = writer.from_writer(Vec::new());
        for row in table {
            writer.write_record(row.iter().map(|cell| protected(cell).into_owned())).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    };
    if announced {
        text.insert_str(0, &format!("sep={separator}\r\n"));
    }
    if ended {
        text.push('\u{1a}');
    }
    let marked = format!("\u{feff}{text}");
    let utf_16 = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect();
    match encoding {
        "utf-8" => text.into_bytes(),
        "utf-8 marked" => marked.into_bytes(),
        "utf-16le" => utf_16(&marked, u16::to_le_bytes),
        "utf-16be" => utf_16(&marked, u16::to_be_bytes),
        "utf-16le unmarked" => utf_16(&text, u16::to_le_bytes),
        "utf-16be unmarked" => utf_16(&text, u16::to_be_bytes),
        given => given.parse::<Encoding>().unwrap().encode(&text).unwrap(),
    }
}
