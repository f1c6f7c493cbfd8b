//! Organization roles as people write them. The list is closed, so what is not on it is a mistake.

use crate::invitation::{OrgRole, OrgRoles};
use crate::roster::quoted;

use super::entries;

/// Spellings less alike than this are not worth suggesting.
const ALIKE: f64 = 0.6;

/// Longer words are not compared: comparing takes time by the product of the lengths.
const LONGEST_COMPARED: usize = 60;

/// Words that are not roles and what was likely meant; suggested, never taken.
const HINTS: [(&str, OrgRole); 14] = [
    ("admin", OrgRole::Owner),
    ("administrator", OrgRole::Owner),
    ("superuser", OrgRole::Owner),
    ("user", OrgRole::Member),
    ("mitglied", OrgRole::Member),
    ("miembro", OrgRole::Member),
    ("membre", OrgRole::Member),
    ("membro", OrgRole::Member),
    ("viewer", OrgRole::ReadOnly),
    ("reader", OrgRole::ReadOnly),
    ("readwrite", OrgRole::Member),
    ("billing", OrgRole::BillingAdmin),
    ("besitzer", OrgRole::Owner),
    ("propietario", OrgRole::Owner),
];

/// Reads a list of organization roles, from a cell or a setting; the error says which is unknown and what is near.
pub fn parse_roles(list: &str) -> Result<OrgRoles, String> {
    // Nearly every cell is one role, written as Atlas does.
    if let Some(role) = exact(list) {
        return Ok([role].into_iter().collect());
    }
    entries(list).map(|entry| role(entry).ok_or_else(|| unknown(entry))).collect()
}

fn role(entry: &str) -> Option<OrgRole> {
    exact(entry).or_else(|| spelled(&key(entry)))
}

fn exact(name: &str) -> Option<OrgRole> {
    OrgRole::ALL.into_iter().find(|role| role.as_str() == name)
}

/// A role's name reduced to what people do not vary.
pub(super) fn key(entry: &str) -> String {
    entry.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn spelled(key: &str) -> Option<OrgRole> {
    Some(match without_prefix(key) {
        "owner" => OrgRole::Owner,
        "member" => OrgRole::Member,
        "groupcreator" | "projectcreator" => OrgRole::GroupCreator,
        "billingadmin" | "billingadministrator" => OrgRole::BillingAdmin,
        "billingreadonly" | "billingviewer" => OrgRole::BillingReadOnly,
        "streamprocessingadmin" | "streamprocessingadministrator" => OrgRole::StreamProcessingAdmin,
        "readonly" => OrgRole::ReadOnly,
        _ => return None,
    })
}

fn without_prefix(key: &str) -> &str {
    let prefixes = ["organization", "organisation", "org"];
    prefixes.iter().find_map(|prefix| key.strip_prefix(prefix)).unwrap_or(key)
}

fn unknown(entry: &str) -> String {
    let shown = quoted(entry);
    let written = key(entry);
    if written.starts_with("group") || written.starts_with("project") && !written.contains("creat") {
        return format!("{shown} is a role in a project; write it in the projects column as project={entry}");
    }
    match nearest(&written) {
        Some(role) => format!("unknown role {shown}, did you mean {}?", role.as_str()),
        None => format!("unknown role {shown}; use {}", OrgRole::ALL.map(OrgRole::as_str).join(", ")),
    }
}

fn nearest(written: &str) -> Option<OrgRole> {
    if written.len() > LONGEST_COMPARED {
        return None;
    }
    let bare = without_prefix(written);
    let names = OrgRole::ALL.into_iter().map(|role| (key(role.as_str()), role));
    let hints = HINTS.into_iter().map(|(hint, role)| (hint.to_owned(), role));
    names
        .chain(hints)
        .map(|(name, role)| (strsim::normalized_damerau_levenshtein(bare, without_prefix(&name)), role))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, role)| role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_read_as_atlas_and_as_people_write_it() {
        for (text, roles) in [
            ("ORG_MEMBER", &[OrgRole::Member][..]),
            ("Organization Member", &[OrgRole::Member]),
            ("org member", &[OrgRole::Member]),
            ("member", &[OrgRole::Member]),
            ("Organisation Owner", &[OrgRole::Owner]),
            ("org-owner", &[OrgRole::Owner]),
            ("Organization Project Creator", &[OrgRole::GroupCreator]),
            ("project creator", &[OrgRole::GroupCreator]),
            ("Organization Billing Admin", &[OrgRole::BillingAdmin]),
            ("Billing Viewer", &[OrgRole::BillingReadOnly]),
            ("Organization Stream Processing Admin", &[OrgRole::StreamProcessingAdmin]),
            ("read-only", &[OrgRole::ReadOnly]),
            ("Owner; ORG_READ_ONLY|member , owner;", &[OrgRole::Owner, OrgRole::Member, OrgRole::ReadOnly]),
            ("", &[]),
            (" ; ,", &[]),
        ] {
            assert_eq!(parse_roles(text), Ok(roles.iter().copied().collect()), "{text}");
        }
        for role in OrgRole::ALL {
            assert_eq!(parse_roles(role.as_str()), Ok(OrgRoles::from_iter([role])));
        }
    }

    #[test]
    fn an_unknown_role_gets_the_nearest_valid_one() {
        for (text, message) in [
            ("Admn", "unknown role \"Admn\", did you mean ORG_OWNER?"),
            ("ORG_MEBMER", "unknown role \"ORG_MEBMER\", did you mean ORG_MEMBER?"),
            ("member;Onwer", "unknown role \"Onwer\", did you mean ORG_OWNER?"),
            ("Org Billing Admn", "unknown role \"Org Billing Admn\", did you mean ORG_BILLING_ADMIN?"),
            (
                "Janitor",
                "unknown role \"Janitor\"; use ORG_OWNER, ORG_MEMBER, ORG_GROUP_CREATOR, ORG_BILLING_ADMIN, \
                 ORG_BILLING_READ_ONLY, ORG_STREAM_PROCESSING_ADMIN, ORG_READ_ONLY",
            ),
            (
                "GROUP_OWNER",
                "\"GROUP_OWNER\" is a role in a project; write it in the projects column as project=GROUP_OWNER",
            ),
        ] {
            assert_eq!(parse_roles(text).unwrap_err(), message);
        }
    }
}
