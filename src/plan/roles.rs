//! Parses organization roles in the spellings that people use. The list is closed: any other role is an error.

use crate::model::invitation::{OrgRole, OrgRoles};
use crate::model::quote::quoted;
use crate::spreadsheet::normalized;

use super::entries;

/// The minimum similarity of a suggested role, from 0 to 1.
const ALIKE: f64 = 0.6;

/// The most characters of a word that is compared with others: the time grows with the product of the lengths.
const LONGEST_COMPARED: usize = 60;

/// Words that are not roles, each with the role that was likely meant. It is suggested, never assumed.
const HINTS: [(&str, OrgRole); 5] = [
    ("user", OrgRole::Member),
    ("viewer", OrgRole::ReadOnly),
    ("reader", OrgRole::ReadOnly),
    ("readwrite", OrgRole::Member),
    ("billing", OrgRole::BillingAdmin),
];

/// The names of the role with all rights, with the prefixes in which a typing mistake is likely.
const OWNER: [&str; 3] = ["owner", "organizationowner", "organisationowner"];

/// The names of each role in English, German, Spanish, French and Portuguese, reduced by [`key`].
#[rustfmt::skip]
const NAMES: [(OrgRole, &[&str]); 7] = [
    (OrgRole::Owner, &["owner", "eigentumer", "eigentuemer", "propietario", "propietaria", "proprietaire", "proprietario", "proprietaria"]),
    (OrgRole::Member, &["member", "mitglied", "miembro", "membre", "membro"]),
    (OrgRole::GroupCreator, &[
        "groupcreator", "projectcreator", "projektersteller", "creadordeproyectos", "createurdeprojets", "criadordeprojetos",
    ]),
    (OrgRole::BillingAdmin, &[
        "billingadmin", "billingadministrator", "abrechnungsadministrator", "administradordefacturacion",
        "administrateurdefacturation", "administradordefaturamento", "administradordefaturacao",
    ]),
    (OrgRole::BillingReadOnly, &["billingreadonly", "billingviewer"]),
    (OrgRole::StreamProcessingAdmin, &["streamprocessingadmin", "streamprocessingadministrator"]),
    (OrgRole::ReadOnly, &[
        "readonly", "nurlesen", "lesezugriff", "sololectura", "lectureseule", "enlectureseule", "somenteleitura", "apenasleitura",
    ]),
];

/// The words that people put before a role's name.
const PREFIXES: [&str; 4] = ["organizations", "organisations", "organization", "organisation"];

/// The words that people put after a role's name.
const SUFFIXES: [&str; 6] =
    ["derorganisation", "delaorganizacion", "delorganisation", "daorganizacao", "deorganizacion", "deorganizacao"];

/// A word in a list of organization roles that is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownRole {
    /// It names a role in a project.
    #[error("{} is a project role; write it in the projects column as PROJECT={entry}", quoted(entry))]
    OfProject {
        /// The word.
        entry: String,
    },
    /// It resembles a role.
    #[error("unknown role {}, did you mean {}?", quoted(entry), nearest.as_str())]
    Misspelt {
        /// The word.
        entry: String,
        /// The role.
        nearest: OrgRole,
    },
    /// It is a role with a character that no role has. It may be a question, or a remark.
    #[error("unknown role {}, did you mean {}?", quoted(entry), role.as_str())]
    Punctuated {
        /// The word.
        entry: String,
        /// The role.
        role: OrgRole,
    },
    /// It resembles no role.
    #[error("unknown role {}; use one of {}", quoted(entry), OrgRole::ALL.map(OrgRole::as_str).join(", "))]
    Unknown {
        /// The word.
        entry: String,
    },
}

impl UnknownRole {
    /// Returns whether the word is certainly a role with a mistake in it.
    pub(super) fn is_slip(&self) -> bool {
        match self {
            UnknownRole::Misspelt { entry, nearest } => is_nearly(entry, *nearest),
            UnknownRole::Punctuated { .. } => true,
            UnknownRole::OfProject { .. } | UnknownRole::Unknown { .. } => false,
        }
    }

    /// Returns the word and the role that it was certainly meant to be, unless that is the one with all rights.
    pub(super) fn correction(&self) -> Option<(&str, OrgRole)> {
        let (entry, role) = match self {
            UnknownRole::Misspelt { entry, nearest } if is_nearly(entry, *nearest) => (entry, *nearest),
            UnknownRole::Punctuated { entry, role } if !entry.contains(['?', '\u{bf}', '\u{ff1f}', '!', '~']) => {
                (entry, *role)
            }
            UnknownRole::Misspelt { .. }
            | UnknownRole::Punctuated { .. }
            | UnknownRole::OfProject { .. }
            | UnknownRole::Unknown { .. } => return None,
        };
        (role != OrgRole::Owner).then_some((entry, role))
    }
}

/// Parses a list of organization roles from a cell or a setting.
pub fn parse_roles(list: &str) -> Result<OrgRoles, UnknownRole> {
    // Nearly every cell is a single role, in the spelling of Atlas.
    if let Some(role) = exact(list) {
        return Ok([role].into_iter().collect());
    }
    entries(list).map(|entry| role(entry).ok_or_else(|| unknown(entry))).collect()
}

fn role(entry: &str) -> Option<OrgRole> {
    exact(entry).or_else(|| spelled(&key(entry)).filter(|_| is_name(entry)))
}

/// Returns whether the word has only characters of names. `ORG_OWNER?` asks a question and names no role.
pub(super) fn is_name(entry: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() && !matches!(c, 'ª' | 'º') || is_accent(c);
    let is_end = |c: Option<char>| c.is_some_and(is_letter);
    let is_inner = |c: char| is_letter(c) || matches!(c, ' ' | '\u{a0}' | '_' | '-' | '\'' | '\u{2019}');
    is_end(entry.chars().next()) && is_end(entry.chars().next_back()) && entry.chars().all(is_inner)
}

/// Returns whether the character is an accent that follows its letter.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn exact(name: &str) -> Option<OrgRole> {
    OrgRole::ALL.into_iter().find(|role| role.as_str() == name)
}

/// Reduces a role's name to what all its spellings have in common.
pub(super) fn key(entry: &str) -> String {
    normalized(entry)
}

fn spelled(key: &str) -> Option<OrgRole> {
    let named = |name: &str| NAMES.into_iter().find(|(_, names)| names.contains(&name)).map(|(role, _)| role);
    let org = key.strip_prefix("org");
    let prefixed = PREFIXES.iter().filter_map(|prefix| key.strip_prefix(prefix)).chain(org);
    let suffixed = SUFFIXES.iter().filter_map(|suffix| key.strip_suffix(suffix));
    std::iter::once(key).chain(prefixed).chain(suffixed).find_map(named)
}

fn without_prefix(key: &str) -> &str {
    let prefixes = ["organization", "organisation", "org"];
    prefixes.iter().find_map(|prefix| key.strip_prefix(prefix)).unwrap_or(key)
}

fn unknown(entry: &str) -> UnknownRole {
    let written = key(entry);
    let entry = entry.to_owned();
    if written.starts_with("group") || written.starts_with("project") && !written.contains("creat") {
        return UnknownRole::OfProject { entry };
    }
    if let Some(role) = spelled(&written) {
        return UnknownRole::Punctuated { entry, role };
    }
    match nearest(&written) {
        Some(nearest) => UnknownRole::Misspelt { entry, nearest },
        None => UnknownRole::Unknown { entry },
    }
}

fn nearest(written: &str) -> Option<OrgRole> {
    if written.len() > LONGEST_COMPARED {
        return None;
    }
    let bare = without_prefix(written);
    // Similarity is not enough to suggest a role with all rights: "other" and "power" are similar to "owner", too.
    if OWNER.iter().any(|name| is_misspelt(bare, name) || is_misspelt(written, name)) {
        return Some(OrgRole::Owner);
    }
    let names = OrgRole::ALL.into_iter().filter(|role| *role != OrgRole::Owner).map(|role| (key(role.as_str()), role));
    let hints = HINTS.into_iter().map(|(hint, role)| (hint.to_owned(), role));
    names
        .chain(hints)
        .map(|(name, role)| (strsim::normalized_damerau_levenshtein(bare, without_prefix(&name)), role))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, role)| role)
}

/// Returns whether the word is the role's name as Atlas spells it, except for one letter.
fn is_nearly(entry: &str, role: OrgRole) -> bool {
    let (written, name) = (key(entry), key(role.as_str()));
    is_name(entry) && (is_misspelt(&written, &name) || is_misspelt(without_prefix(&written), without_prefix(&name)))
}

/// Returns whether the word is the name, except for one letter or two swapped ones.
pub(super) fn is_misspelt(word: &str, name: &str) -> bool {
    strsim::damerau_levenshtein(word, name) <= 1
}

#[cfg(test)]
mod tests;
