//! Reads the cells of a sheet row by row, with what is hidden, merged and linked.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use super::archive::{Archive, SHEET};
use super::cell::{Texts, Type};
use super::error::{Damage, Oversize, WorkbookError};
use super::link::{self, Links};
use super::reference::{self, Area};
use super::table::{LARGEST, MOST_COLUMNS, MOST_ROWS, Table, TableRow};
use super::xml::{Node, Xml, attribute, is_set};
use super::{merge, relationships};
use crate::spreadsheet::row::CellFault;

/// The most merged cells and the most links of a sheet; Excel allows fewer links.
const MOST_MARKS: usize = MOST_ROWS as usize;

/// Reads a sheet. Rows must be in order, as every spreadsheet program writes them.
pub(super) fn read(archive: &mut Archive, part: &str, texts: &Texts) -> Result<Table, WorkbookError> {
    let is_email =
        |related: &relationships::Relationship| related.kind == "hyperlink" && link::address(&related.target).is_some();
    let (mut links, mut ids) = (Links::default(), HashMap::new());
    for related in relationships::read(archive, part, is_email)? {
        ids.extend(link::address(&related.target).map(|address| (related.id, links.add_address(address))));
    }
    let xml = archive.part(part, SHEET)?;
    let row = TableRow { number: 1, ..TableRow::default() };
    let table = Table::new(links);
    Reader { xml, texts, ids, table, row, row_bytes: 0, value: String::new(), formula: String::new() }.read()
}

/// Returns whether a sheet has a cell with a value or a formula.
pub(super) fn has_cells(archive: &mut Archive, part: &str) -> Result<bool, WorkbookError> {
    let mut xml = archive.part(part, SHEET)?;
    while let Some(event) = xml.next()? {
        if let Node::Start(tag) = event
            && matches!(tag.local_name().as_ref(), "v" | "is" | "f")
        {
            return Ok(true);
        }
    }
    Ok(false)
}

struct Reader<'a> {
    xml: Xml<'a>,
    texts: &'a Texts,
    /// The indexes of the addresses to which the sheet links, by the ids of their relationships.
    ids: HashMap<String, usize>,
    table: Table,
    /// The row that is not in the table yet.
    row: TableRow,
    /// The bytes of its text.
    row_bytes: usize,
    value: String,
    formula: String,
}

/// The attributes of a cell.
struct Cell {
    row: u32,
    column: u32,
    style: usize,
    kind: Type,
}

impl Reader<'_> {
    fn read(mut self) -> Result<Table, WorkbookError> {
        while let Some(event) = self.xml.next()? {
            let Node::Start(tag) = event else { continue };
            match tag.local_name().as_ref() {
                "cols" => self.columns()?,
                "sheetData" => self.rows()?,
                "mergeCell" => {
                    let area = attribute(&tag, "ref")?.and_then(|area| reference::area(&area));
                    self.table.merged.extend(area.filter(|area| !area.is_one_cell()));
                }
                "hyperlink" => {
                    let area = attribute(&tag, "ref")?.and_then(|area| reference::area(&area));
                    let address = attribute(&tag, "id")?.and_then(|id| self.ids.get(&*id));
                    if let (Some(area), Some(address)) = (area, address) {
                        self.table.links.add(area, *address);
                    }
                }
                _ => {}
            }
            self.check_size()?;
        }
        let Table { links, merged, .. } = &mut self.table;
        links.extend_over(merged);
        links.sort();
        merge::spread(self.table)
    }

    /// Returns an error if what is known of the sheet takes too much memory.
    fn check_size(&self) -> Result<(), WorkbookError> {
        let has_many_marks = self.table.merged.len().max(self.table.links.len()) > MOST_MARKS;
        if has_many_marks || self.row_bytes > LARGEST {
            return Err(WorkbookError::TooLarge(Oversize::Cells));
        }
        Ok(())
    }

    /// Reads which columns are hidden.
    fn columns(&mut self) -> Result<(), WorkbookError> {
        loop {
            match self.xml.expect()? {
                Node::Start(tag) if tag.local_name().as_ref() == "col" => {
                    let width = attribute(&tag, "width")?.and_then(|width| width.trim().parse::<f64>().ok());
                    let is_hidden = is_set(&tag, "hidden")? || width.is_some_and(|width| width <= 0.0);
                    let number = |name| {
                        let number = attribute(&tag, name)?.and_then(|number| number.trim().parse::<usize>().ok());
                        Ok::<_, WorkbookError>(number.and_then(|number| number.checked_sub(1)))
                    };
                    if let (true, Some(first), Some(last)) = (is_hidden, number("min")?, number("max")?)
                        && self.table.hidden_columns.len() < MOST_COLUMNS as usize
                    {
                        self.table.hidden_columns.push((first, last));
                    }
                }
                Node::End(tag) if tag.local_name().as_ref() == "cols" => return Ok(()),
                Node::Start(_) | Node::End(_) | Node::Other => {}
            }
        }
    }

    fn rows(&mut self) -> Result<(), WorkbookError> {
        // The row and the column of a cell that does not name its own.
        let (mut row, mut column) = (0_u32, 0);
        let mut is_hidden = false;
        loop {
            match self.xml.expect()? {
                Node::Start(tag) if tag.local_name().as_ref() == "row" => {
                    let number = attribute(&tag, "r")?.map(|number| number.trim().parse::<u32>().unwrap_or(u32::MAX));
                    (row, column) = (number.unwrap_or(row.saturating_add(1)), 0);
                    is_hidden = is_row_hidden(&tag)?;
                }
                Node::Start(tag) if tag.local_name().as_ref() == "c" => {
                    let cell = cell(&tag, row, column)?;
                    (row, column) = (cell.row, cell.column + 1);
                    self.cell(cell, is_hidden)?;
                }
                Node::End(tag) if tag.local_name().as_ref() == "sheetData" => return self.table.push(&self.row),
                Node::Start(_) | Node::End(_) | Node::Other => {}
            }
        }
    }

    fn cell(&mut self, cell: Cell, is_hidden: bool) -> Result<(), WorkbookError> {
        if cell.row != self.row.number {
            self.table.push(&self.row)?;
            if cell.row < self.row.number {
                let (row, after) = (cell.row, self.row.number);
                return Err(WorkbookError::Damaged(Damage::RowOrder { row, after }));
            }
            self.row.clear(cell.row);
            self.row_bytes = 0;
        }
        self.row.is_hidden |= is_hidden;
        let column = cell.column as usize;
        self.row.start(column);
        let (mut has_formula, mut has_value) = (false, false);
        loop {
            match self.xml.expect()? {
                Node::Start(tag) => match tag.local_name().as_ref() {
                    "v" => {
                        self.value.clear();
                        self.xml.text("v", &mut self.value)?;
                        // An empty result is one only if it is a text.
                        has_value |= !self.value.is_empty() || cell.kind == Type::Text;
                        if !self.value.is_empty() && self.row.cells[column].is_empty() {
                            self.texts.write(cell.kind, &self.value, cell.style, &mut self.row.cells[column])?;
                        }
                    }
                    "is" => {
                        has_value = true;
                        let text = &mut self.row.cells[column];
                        text.clear();
                        self.xml.string_item("is", text)?;
                    }
                    "f" => {
                        has_formula = true;
                        self.formula.clear();
                        self.xml.text("f", &mut self.formula)?;
                    }
                    _ => {}
                },
                Node::End(tag) if tag.local_name().as_ref() == "c" => break,
                Node::End(_) | Node::Other => {}
            }
        }
        if has_formula && !has_value {
            self.row.faults.push((column, CellFault::NoResult));
        } else if cell.kind == Type::Error && has_value {
            self.row.faults.push((column, CellFault::Error));
        }
        if has_formula && let Some(address) = link::address_in_formula(&self.formula) {
            let address = self.table.links.add_address(address);
            let area = Area { rows: cell.row..=cell.row, columns: cell.column..=cell.column };
            self.table.links.add(area, address);
        }
        self.row_bytes += self.row.cells[column].len();
        self.check_size()
    }
}

/// Reads the attributes of a cell, whose place follows the cell before it unless it names its own.
fn cell(tag: &BytesStart<'_>, row: u32, column: u32) -> Result<Cell, WorkbookError> {
    let (mut place, mut style, mut kind) = (None, 0, Type::default());
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(super::damaged)?;
        match attribute.key.local_name().as_ref() {
            "r" => place = Some(reference::cell(&attribute.value)?),
            "s" => style = attribute.value.trim().parse().unwrap_or_default(),
            "t" => kind = Type::of(attribute.value.trim()),
            _ => {}
        }
    }
    let (row, column) = place.unwrap_or((row, column));
    if row > MOST_ROWS || row == 0 || column >= MOST_COLUMNS {
        return Err(WorkbookError::Damaged(Damage::CellOutOfRange));
    }
    Ok(Cell { row, column, style, kind })
}

/// Returns whether a row is hidden by itself, by a filter, in a collapsed group, or because it has no height.
fn is_row_hidden(tag: &BytesStart<'_>) -> Result<bool, WorkbookError> {
    let height = attribute(tag, "ht")?.and_then(|height| height.trim().parse::<f64>().ok());
    Ok(is_set(tag, "hidden")? || height.is_some_and(|height| height <= 0.0) && is_set(tag, "customHeight")?)
}
