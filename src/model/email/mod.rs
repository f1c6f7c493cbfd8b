//! Decides which email address a cell means, and which one was meant if the cell is not an address.
//!
//! The check is stricter than the standards: an address that a mail server might accept, but that is far more likely a
//! typing mistake, is not sent. Nothing is repaired silently either: a cell that needs more than its plain form is
//! rejected, with the address that was probably meant. Atlas decides about the rest.

mod fold;
mod form;
mod lookalike;
mod meant;
mod repair;
mod several;
mod slip;
mod surroundings;
mod syntax;

use std::fmt;

pub(crate) use self::fold::fold;
pub use self::fold::fold_email;
pub(crate) use self::form::bare_address;
pub(crate) use self::meant::Meant;
pub(crate) use self::several::count;

use self::slip::Slip;
use self::syntax::Flaw;
use super::quote::quoted;

/// A cell that does not hold exactly one address in a form that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotAnAddress<'a> {
    cell: &'a str,
    fault: Fault,
    /// The address that was meant, if the cell has only one.
    pub(crate) meant: Option<Meant>,
}

/// A reason why a cell is not read as an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The cell has addresses of several people.
    Several(usize),
    /// The cell has other text around an address.
    OtherText,
    /// The address breaks a rule of its form.
    Flaw(Flaw),
    /// The address has the right form, but shows a typical mistake.
    Slip(Slip),
}

/// Parses the address in a cell, which may be written as `mailto:address` or `Name <address>`.
pub(crate) fn address(cell: &str) -> Result<&str, NotAnAddress<'_>> {
    if is_address(cell) {
        return Ok(cell);
    }
    match form::unwrapped(cell).filter(|address| is_address(address)) {
        Some(address) => Ok(address),
        None => Err(NotAnAddress::of(cell)),
    }
}

/// Returns the address that a cell means, or the cell if it means none.
pub(crate) fn address_or_cell(cell: &str) -> &str {
    address(cell).unwrap_or(cell)
}

/// Returns whether the cell means an address but has other text, too.
pub(crate) fn is_decorated(cell: &str) -> bool {
    memchr::memchr2(b'<', b':', cell.as_bytes()).is_some() && address(cell).is_ok_and(|address| address != cell)
}

/// Returns whether the text is an address, without anything around it.
fn is_address(text: &str) -> bool {
    syntax::check(text).is_ok_and(|(local, domain)| slip::find(local, domain).is_none())
}

impl<'a> NotAnAddress<'a> {
    fn of(cell: &'a str) -> Self {
        let several = several::count(cell);
        if several > 1 {
            return Self { cell, fault: Fault::Several(several), meant: None };
        }
        let meant = meant::find(cell);
        let address = bare_address(cell);
        let fault = match syntax::check(address) {
            Ok((local, domain)) => match slip::find(local, domain) {
                Some(slip) => Fault::Slip(slip),
                None => Fault::OtherText,
            },
            Err(Flaw::Space) if meant.as_ref().is_some_and(|meant| cell.contains(&meant.address)) => Fault::OtherText,
            Err(flaw) => Fault::Flaw(flaw),
        };
        Self { cell, fault, meant }
    }
}

/// The fault, and the address that was meant or else the remedy.
impl fmt::Display for NotAnAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Fault::Several(addresses) = self.fault {
            return write!(f, "the cell has {addresses} addresses; use one row for each person");
        }
        write!(f, "{} is not an email address: ", quoted(self.cell))?;
        let remedy = match self.fault {
            Fault::Several(_) => None,
            Fault::OtherText => {
                f.write_str("it has other text around the address")?;
                Some("write only the address")
            }
            Fault::Flaw(flaw) => {
                write!(f, "{flaw}")?;
                flaw.remedy()
            }
            Fault::Slip(slip) => {
                write!(f, "{slip}")?;
                Some("correct the cell")
            }
        };
        match (&self.meant, remedy) {
            (Some(meant), _) => write!(f, "; did you mean {}?", meant.address),
            (None, Some(remedy)) => write!(f, "; {remedy}"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
