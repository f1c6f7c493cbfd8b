//! Reads the spreadsheet, row by row.
