//! Recognizes text that is not CSV by the beginning of the file.
//!
//! Each format is recognized by more than its first characters, because the first cell of a CSV file may begin with `{`,
//! `[`, `<` or `ID` too.

use std::fmt;

/// A format of text, other than CSV, in which tables or people are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// HTML.
    WebPage,
    /// MHTML, a web page with its parts.
    WebArchive,
    /// The XML of Excel 2003.
    Excel2003,
    /// Any other XML.
    Xml,
    /// JSON, or JSON on each line.
    Json,
    /// SYLK.
    Sylk,
    /// DIF.
    Dif,
    /// RTF.
    RichText,
    /// An email.
    Message,
    /// vCard or iCalendar.
    Contacts,
}

impl fmt::Display for TextFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TextFormat::WebPage => "a web page (HTML)",
            TextFormat::WebArchive => "a web archive (MHTML)",
            TextFormat::Excel2003 => "in the XML format of Excel 2003",
            TextFormat::Xml => "in an XML format",
            TextFormat::Json => "in the JSON format",
            TextFormat::Sylk => "in the SYLK format",
            TextFormat::Dif => "in the DIF format (Data Interchange Format)",
            TextFormat::RichText => "a rich text document (RTF)",
            TextFormat::Message => "an email message",
            TextFormat::Contacts => "a file of contacts or of a calendar (vCard, iCalendar)",
        })
    }
}

/// The tags that begin a web page or a table of one.
const TAGS: [&str; 12] =
    ["html", "head", "body", "table", "meta", "title", "style", "script", "link", "div", "center", "thead"];

/// The fields that only a message has.
const FIELDS: [&str; 8] = [
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-location",
    "received",
    "return-path",
    "delivered-to",
    "message-id",
];

/// The other fields with which a message may begin, as may the title of a table.
const COMMON_FIELDS: [&str; 4] = ["from", "to", "subject", "date"];

/// Returns the format of a text, if it is not CSV.
pub(super) fn detect(beginning: &[u8]) -> Option<TextFormat> {
    let text = String::from_utf8_lossy(&beginning[..beginning.len().min(64 * 1024)]);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let lower = || text.to_ascii_lowercase();
    match text.as_bytes().first()? {
        b'<' => markup(&lower()),
        b'{' if text.starts_with("{\\rtf") => Some(TextFormat::RichText),
        b'{' | b'[' => is_json(text).then_some(TextFormat::Json),
        b'I' => is_sylk(text).then_some(TextFormat::Sylk),
        b'T' if lines(text).take(2).eq(["TABLE", "0,1"]) => Some(TextFormat::Dif),
        b'B' | b'b' => {
            let first = lines(text).next()?.trim_end().to_ascii_lowercase();
            matches!(first.as_str(), "begin:vcard" | "begin:vcalendar").then_some(TextFormat::Contacts)
        }
        _ => message(text),
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\r', '\n']).filter(|line| !line.is_empty())
}

/// Returns the format of text that begins with `<`.
fn markup(text: &str) -> Option<TextFormat> {
    let is_declared = text.starts_with("<?xml");
    let is_workbook = text.contains("urn:schemas-microsoft-com:office:spreadsheet") && text.contains("workbook");
    if is_declared && text.contains("mso-application") || is_workbook {
        return Some(TextFormat::Excel2003);
    }
    let mut rest = text;
    // Comments, declarations and instructions precede the first tag.
    while let Some(end) = match rest {
        _ if rest.starts_with("<!doctype html") => return Some(TextFormat::WebPage),
        _ if rest.starts_with("<!--") => Some("-->"),
        _ if rest.starts_with("<?") || rest.starts_with("<!") => Some(">"),
        _ => None,
    } {
        let Some((_, after)) = rest.split_once(end) else { break };
        rest = after.trim_start();
    }
    let name = rest.strip_prefix('<')?;
    let name = &name[..name.find(|c: char| !c.is_alphanumeric() && !matches!(c, ':' | '-' | '_' | '.'))?];
    let tag_end = rest.find('>')?;
    // A tag has an end tag or attributes; `<email>` as the name of a column has neither.
    let is_tag =
        rest.contains(&format!("</{name}")) || rest[..tag_end].contains('=') || rest[tag_end..].starts_with("><");
    let has_table = !is_declared && ["<table", "<html", "<tr"].iter().any(|tag| text.contains(tag));
    if TAGS.contains(&name) && (is_tag || rest.contains("</")) || is_tag && has_table {
        return Some(TextFormat::WebPage);
    }
    (is_declared || is_tag && !name.is_empty()).then_some(TextFormat::Xml)
}

/// Returns whether text that begins with a bracket is JSON: the name of a field follows, or another value.
fn is_json(text: &str) -> bool {
    let inner = text[1..].trim_start();
    if text.starts_with('[') && inner.starts_with(['[', '{']) {
        return inner[1..].trim_start().starts_with(['"', '{', '[', ']', '}']);
    }
    let Some(string) = inner.strip_prefix('"') else { return false };
    let Some((_, after)) = string.split_once('"') else { return false };
    after.trim_start().starts_with(if text.starts_with('{') { [':', ':'] } else { [',', ']'] })
}

/// Returns whether text that begins with `I` is SYLK: a line describes a cell by its position.
fn is_sylk(text: &str) -> bool {
    let is_position = |field: &str| {
        field
            .strip_prefix(['X', 'Y'])
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_cell = |line: &str| {
        let mut fields = line.split(';');
        matches!(fields.next(), Some("B" | "C" | "F")) && fields.any(is_position)
    };
    text.starts_with("ID;") && lines(text).skip(1).any(is_cell)
}

/// Returns the format of text that begins with two fields of a message.
fn message(text: &str) -> Option<TextFormat> {
    let name = |line: &str| line.split_once(':').map(|(name, _)| name.to_ascii_lowercase());
    let names: Vec<String> = lines(text).take(30).filter_map(name).collect();
    let is_in = |fields: &[&str], name: &String| fields.contains(&name.as_str());
    let first = names.first().filter(|first| is_in(&FIELDS, first) || is_in(&COMMON_FIELDS, first))?;
    names.iter().find(|other| *other != first && is_in(&FIELDS, other))?;
    let is_archive = text.to_ascii_lowercase().contains("multipart/related");
    Some(if is_archive { TextFormat::WebArchive } else { TextFormat::Message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_recognized() {
        for (text, format) in [
            ("<html><body><table><tr><td>email</td></tr></table>", TextFormat::WebPage),
            ("\u{feff}\r\n <!-- made by x -->\n<TABLE border=1>\n<TR>", TextFormat::WebPage),
            ("<!DOCTYPE html>\n<html>", TextFormat::WebPage),
            ("<table><tr><td>email</td></tr></table>", TextFormat::WebPage),
            ("<?xml version=\"1.0\"?><html xmlns=\"x\"><head/>", TextFormat::WebPage),
            ("<meta charset=utf-8><table>", TextFormat::WebPage),
            ("<h3>People</h3>\n<table><tr><td>email</td></tr></table>", TextFormat::WebPage),
            ("<ss:Workbook xmlns:ss='urn:schemas-microsoft-com:office:spreadsheet'>", TextFormat::Excel2003),
            ("MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n", TextFormat::WebArchive),
            ("From: <Saved by Blink>\r\nSubject: x\r\nContent-Type: multipart/related;\r\n", TextFormat::WebArchive),
            ("<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook>", TextFormat::Excel2003),
            ("<?xml version='1.0'?><people><person/></people>", TextFormat::Xml),
            ("<people>\n<person>a@example.com</person>\n</people>", TextFormat::Xml),
            ("[{\"email\":\"a@example.com\"}]", TextFormat::Json),
            ("{\n  \"people\": []\n}", TextFormat::Json),
            ("{\"email\":\"a@example.com\"}\n{\"email\":\"b@example.com\"}\n", TextFormat::Json),
            ("[\n  [\"email\"], [\"a@example.com\"]\n]", TextFormat::Json),
            ("ID;PWXL;N;E\nP;PGeneral\nC;Y1;X1;K\"email\"\nE\n", TextFormat::Sylk),
            ("TABLE\r\n0,1\r\n\"\"\r\nVECTORS\r\n", TextFormat::Dif),
            ("{\\rtf1\\ansi email}", TextFormat::RichText),
            ("Return-Path: <a@example.com>\nReceived: by x\nSubject: people\n\nemail", TextFormat::Message),
            ("BEGIN:VCARD\r\nVERSION:3.0\r\n", TextFormat::Contacts),
        ] {
            assert_eq!(detect(text.as_bytes()), Some(format), "{text}");
        }
    }

    #[test]
    fn tables_with_odd_first_cells_are_csv() {
        for text in [
            "email,roles\n",
            "{email},{roles}\n",
            "{id};email\n{\"a\"};a@example.com\n",
            "[email],[roles]\n",
            "[1] Name,email\n",
            "[[Email]],x\n",
            "<email>,<roles>\na@example.com,ORG_MEMBER\n",
            "<table>,email\nA1,a@example.com\n",
            "ID;Personal Email;Name\n1;a@example.com;Cyd\n",
            "ID;PWXL;email\nC;x;a@example.com\n",
            "TABLE,email\n0,a@example.com\n",
            "Table\n\nemail,roles\n",
            "From: HR\n\nemail,roles\n",
            "From: 2026-01-01\nTo: 2026-12-01\n\nemail;roles\n",
            "BEGIN,email\n",
            "",
        ] {
            assert_eq!(detect(text.as_bytes()), None, "{text}");
        }
    }
}
