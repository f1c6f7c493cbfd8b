//! Why a workbook cannot be read, with the remedy.

/// A workbook that is not usable as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    /// The file of a spreadsheet or office program that is not `.xlsx`.
    #[error("the file is {0}; open it in its program and save it as .xlsx or as CSV UTF-8")]
    OtherFormat(&'static str),
    /// An archive of other files.
    #[error(
        "the file is not a spreadsheet but an archive without a workbook in it; take the spreadsheet out of the archive \
         and save it as .xlsx or as CSV UTF-8"
    )]
    NoWorkbook,
    /// Encrypted.
    #[error(
        "the workbook is protected by a password; open it, take the password off and save it as .xlsx, or save the \
         sheet as CSV UTF-8"
    )]
    Protected,
    /// Beyond what is read into memory.
    #[error("the workbook is too large: {0}; delete what is not needed, or save the sheet as CSV UTF-8")]
    TooLarge(&'static str),
    /// Not as the format demands.
    #[error("the workbook is damaged: {0}; open it in the spreadsheet program and save it as .xlsx again")]
    Damaged(String),
    /// Nothing but charts or hidden sheets.
    #[error("the workbook has no visible sheet with cells; name the one that is meant: {found}")]
    NoVisibleSheet {
        /// The sheets that there are, quoted.
        found: String,
    },
    /// The user named a sheet that is not there.
    #[error("the workbook has no sheet {name}; its sheets are {found}")]
    NoSuchSheet {
        /// The name given, quoted.
        name: String,
        /// The sheets that there are, quoted.
        found: String,
    },
}
