//! Parses the projects cell: `billing=GROUP_READ_ONLY; warehouse=Data Access Admin+Cluster Manager`.
//!
//! Project roles are an open list, since Atlas adds new ones: a role that has the form of Atlas's names is sent even if it
//! is not known here.

use crate::model::invitation::{Invitation, ProjectAccess};
use crate::model::quote::quoted;
use crate::plan::directory::Directory;

use super::rejection::{self, Cell, Rejection};
use super::{entries, roles};
use crate::model::reason::RejectionCode;

/// The project roles in Atlas's OpenAPI document.
const KNOWN: [&str; 26] = [
    "GROUP_ACCESS_MANAGER",
    "GROUP_ALERTS_MANAGER",
    "GROUP_BACKUP_CREATOR",
    "GROUP_BACKUP_EXPORT_OPERATOR",
    "GROUP_BACKUP_MANAGER",
    "GROUP_BACKUP_RECOVERY_OPERATOR",
    "GROUP_CLUSTER_CREATOR",
    "GROUP_CLUSTER_LOG_VIEWER",
    "GROUP_CLUSTER_MANAGER",
    "GROUP_CLUSTER_RESILIENCE_TESTER",
    "GROUP_DATABASE_ACCESS_ADMIN",
    "GROUP_DATA_ACCESS_ADMIN",
    "GROUP_DATA_ACCESS_READ_ONLY",
    "GROUP_DATA_ACCESS_READ_WRITE",
    "GROUP_INDEX_MANAGER",
    "GROUP_MODEL_OWNER",
    "GROUP_NETWORK_ACCESS_MANAGER",
    "GROUP_OBSERVABILITY_VIEWER",
    "GROUP_OWNER",
    "GROUP_READ_ONLY",
    "GROUP_REAL_TIME_PERFORMANCE_OPERATOR",
    "GROUP_REPLICA_SET_MANAGER",
    "GROUP_SEARCH_INDEX_EDITOR",
    "GROUP_STREAM_PROCESSING_OWNER",
    "GROUP_SUPPORT_ACCESS_MANAGER",
    "GROUP_TRIGGER_MANAGER",
];

/// The role with all rights in a project.
const OWNER: &str = "GROUP_OWNER";

/// The minimum similarity of a suggested role, from 0 to 1.
const ALIKE: f64 = 0.6;

/// The most characters of a role; a longer one is neither sent nor compared with others.
const LONGEST_ROLE: usize = 60;

/// Returns the project roles of an invitation that are not in Atlas's OpenAPI document. They are sent, with a warning.
pub fn unknown_project_roles(invitation: &Invitation) -> impl Iterator<Item = &str> {
    invitation
        .projects
        .iter()
        .flat_map(|access| &access.roles)
        .map(String::as_str)
        .filter(|role| KNOWN.binary_search(role).is_err())
}

pub(super) fn parse(cell: Cell<'_>, directory: &Directory) -> Result<Vec<ProjectAccess>, Rejection> {
    let mut projects: Vec<ProjectAccess> = Vec::new();
    for entry in entries(cell.text) {
        let (project, roles) = split(cell, entry)?;
        let roles = roles.map(|role| parse_role(cell, role)).collect::<Result<Vec<_>, _>>()?;
        if roles.is_empty() {
            return Err(without_roles(cell, entry));
        }
        match directory.project(project) {
            Ok(project) => projects.push(ProjectAccess { project, roles }),
            Err(why) => return Err(rejection::unresolved(cell, rejection::PROJECT, project, why, directory)),
        }
    }
    merge(&mut projects);
    Ok(projects)
}

/// Sorts the projects and their roles, and makes one entry of several for the same project.
pub(super) fn merge(projects: &mut Vec<ProjectAccess>) {
    projects.sort_by_key(|access| access.project);
    projects.dedup_by(|next, access| {
        let same = next.project == access.project;
        if same {
            access.roles.append(&mut next.roles);
        }
        same
    });
    for access in projects {
        access.roles.sort_unstable();
        access.roles.dedup();
    }
}

/// Returns the names of the projects in a cell.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    entries(text).filter_map(|entry| entry.rsplit_once('=')).map(|(project, _)| project.trim())
}

/// Splits an entry into its project and its roles, at the last `=` because a project's name may contain one.
fn split<'a>(cell: Cell<'_>, entry: &'a str) -> Result<(&'a str, impl Iterator<Item = &'a str>), Rejection> {
    let Some((project, roles)) = entry.rsplit_once('=') else { return Err(without_roles(cell, entry)) };
    let project = project.trim();
    if project.is_empty() {
        return Err(cell.reject(
            RejectionCode::InvalidProject,
            format_args!("{} has no project before the =; write PROJECT=ROLE", quoted(entry)),
        ));
    }
    Ok((project, roles.split('+').map(str::trim).filter(|role| !role.is_empty())))
}

fn without_roles(cell: Cell<'_>, entry: &str) -> Rejection {
    if canonical(entry).is_some() {
        let role = quoted(entry);
        return cell.reject(
            RejectionCode::InvalidProject,
            format_args!("role {role} has no project; write PROJECT=ROLE, or PROJECT=ROLE+ROLE for several roles"),
        );
    }
    if let Some((project, roles)) = with_other_sign(entry) {
        let meant = format!("{project}={roles}");
        let finding = format_args!("{} has no equals sign; did you mean {meant}?", quoted(entry));
        return cell.reject(RejectionCode::InvalidProject, finding).corrected(Some(cell.with(entry, &meant)));
    }
    let project = entry.split(':').next().unwrap_or_default().trim_end_matches(['=', ' ', '+', ':']);
    let project = if project.is_empty() { "PROJECT" } else { project };
    cell.reject(
        RejectionCode::InvalidProject,
        format_args!("{} has no role; write PROJECT=ROLE, for example {project}=GROUP_READ_ONLY", quoted(entry)),
    )
}

/// Splits an entry such as `billing: GROUP_READ_ONLY`, which has another sign in place of the equals sign.
fn with_other_sign(entry: &str) -> Option<(&str, &str)> {
    let is_role = |role: &str| role.split('+').all(|role| canonical(role.trim()).is_some());
    let by_colon = entry.rsplit_once([':', '\u{ff1a}']).filter(|(_, roles)| is_role(roles.trim()));
    let (project, roles) = by_colon.or_else(|| {
        let prefix = entry.to_ascii_uppercase().find("GROUP_").filter(|start| *start > 0)?;
        let roles = entry[prefix..].trim_end_matches([')', ']']);
        Some((&entry[..prefix], roles))
            .filter(|(project, roles)| is_role(roles) && !project.ends_with(char::is_alphanumeric))
    })?;
    let project = project.trim_end_matches(|c: char| c.is_whitespace() || ":-\u{2013}\u{2014}>([/".contains(c));
    (!project.is_empty()).then_some((project, roles.trim()))
}

fn parse_role(cell: Cell<'_>, role: &str) -> Result<String, Rejection> {
    if let Some(known) = canonical(role) {
        return Ok(known.to_owned());
    }
    let upper = role.to_ascii_uppercase().replace([' ', '-'], "_");
    if let Some(name) = upper.strip_prefix("GROUP_")
        && !name.is_empty()
        && upper.len() <= LONGEST_ROLE
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    {
        return Ok(upper);
    }
    let shown = quoted(role);
    Err(match nearest(role) {
        Some(known) => cell.reject(
            RejectionCode::UnknownProjectRole,
            format_args!("unknown project role {shown}, did you mean {known}?"),
        ),
        None => cell.reject(
            RejectionCode::UnknownProjectRole,
            format_args!("unknown project role {shown}; use a project role of Atlas, for example GROUP_READ_ONLY"),
        ),
    })
}

/// Returns the known role with this name, in any spelling: `GROUP_READ_ONLY`, `Project Read Only`, `read-only`.
fn canonical(role: &str) -> Option<&'static str> {
    if let Ok(index) = KNOWN.binary_search(&role) {
        return Some(KNOWN[index]);
    }
    if !roles::is_name(&role.replace('/', " ")) {
        return None;
    }
    let key = roles::key(role);
    let bare = without_prefix(&key);
    KNOWN.into_iter().find(|known| without_prefix(&roles::key(known)) == bare)
}

fn without_prefix(key: &str) -> &str {
    ["group", "project"].iter().find_map(|prefix| key.strip_prefix(prefix)).unwrap_or(key)
}

fn nearest(role: &str) -> Option<&'static str> {
    let key = roles::key(role);
    if key.len() > LONGEST_ROLE {
        return None;
    }
    let bare = without_prefix(&key);
    // As with organization roles, the owner is suggested only for a misspelling of it.
    let may_be = |known: &str| known != OWNER || roles::is_misspelt(bare, without_prefix(&roles::key(known)));
    KNOWN
        .into_iter()
        .filter(|known| may_be(known))
        .map(|known| (strsim::normalized_damerau_levenshtein(bare, without_prefix(&roles::key(known))), known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::api::Named;
    use crate::model::invitation::{ObjectId, OrgRoles};

    fn id(n: u8) -> ObjectId {
        format!("{n:024x}").parse().unwrap()
    }

    fn directory() -> Directory {
        let mut directory = Directory::new();
        for (n, name) in [(2, "billing"), (1, "a=b"), (3, "warehouse")] {
            directory.add_project(Named { id: id(n), name: name.to_owned() });
        }
        directory
    }

    fn read(text: &str) -> Result<Vec<(u8, String)>, (RejectionCode, String)> {
        let projects = parse(Cell::new("Projects", text), &directory()).map_err(|r| (r.code, r.finding))?;
        let number = |project| (1..=3).find(|&n| id(n) == project).unwrap();
        Ok(projects.into_iter().map(|access| (number(access.project), access.roles.join("+"))).collect())
    }

    #[test]
    fn projects_are_read_in_a_fixed_order() {
        for (text, expected) in [
            ("billing=GROUP_READ_ONLY", vec![(2, "GROUP_READ_ONLY")]),
            ("Billing = Project Read Only", vec![(2, "GROUP_READ_ONLY")]),
            ("000000000000000000000003=read only", vec![(3, "GROUP_READ_ONLY")]),
            (
                "warehouse=owner;billing=Data Access Read/Write",
                vec![(2, "GROUP_DATA_ACCESS_READ_WRITE"), (3, "GROUP_OWNER")],
            ),
            ("billing=Project Owner+group-read-only+owner", vec![(2, "GROUP_OWNER+GROUP_READ_ONLY")]),
            ("billing=owner|billing=read only", vec![(2, "GROUP_OWNER+GROUP_READ_ONLY")]),
            ("a=b=owner", vec![(1, "GROUP_OWNER")]),
            ("billing=group_dreamer_2", vec![(2, "GROUP_DREAMER_2")]),
        ] {
            let expected = expected.into_iter().map(|(n, roles)| (n, roles.to_owned())).collect();
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_invalid_entry_is_rejected_with_a_remedy() {
        use RejectionCode::{InvalidProject, UnknownProject, UnknownProjectRole};
        let mut findings = Vec::new();
        for (text, code) in [
            ("billing", InvalidProject),
            ("billing=", InvalidProject),
            ("=owner", InvalidProject),
            ("billing=owner,read only", InvalidProject),
            ("billing=redonly", UnknownProjectRole),
            ("billing=juggler", UnknownProjectRole),
            ("billing=GROUP_\u{430}", UnknownProjectRole),
            ("billing=GROUP_OWNER?", UnknownProjectRole),
            ("billing:owner", InvalidProject),
            ("billing:", InvalidProject),
            ("bilings=owner", UnknownProject),
        ] {
            let (found, finding) = read(text).unwrap_err();
            assert_eq!(found, code, "{text}");
            findings.push(finding);
        }
        insta::assert_snapshot!(findings.join("\n"));
    }

    #[test]
    fn another_sign_for_the_equals_sign_is_corrected() {
        for (text, expected) in [
            ("billing:GROUP_READ_ONLY", Some("billing=GROUP_READ_ONLY")),
            ("billing: GROUP_READ_ONLY", Some("billing=GROUP_READ_ONLY")),
            ("billing : read only", Some("billing=read only")),
            ("billing - GROUP_READ_ONLY+GROUP_OWNER", Some("billing=GROUP_READ_ONLY+GROUP_OWNER")),
            ("billing (GROUP_READ_ONLY)", Some("billing=GROUP_READ_ONLY")),
            ("billing GROUP_READ_ONLY", Some("billing=GROUP_READ_ONLY")),
            ("billing -> GROUP_OWNER", Some("billing=GROUP_OWNER")),
            ("warehouse=owner; billing:GROUP_READ_ONLY", Some("warehouse=owner; billing=GROUP_READ_ONLY")),
            ("billing:", None),
            ("billing: juggler", None),
            ("billing", None),
        ] {
            let rejection = parse(Cell::new("Projects", text), &directory()).unwrap_err();
            assert_eq!(
                (rejection.code, rejection.correction.as_deref()),
                (RejectionCode::InvalidProject, expected),
                "{text}"
            );
            assert!(!rejection.finding.contains(":=") && !rejection.finding.contains("=="), "{}", rejection.finding);
        }
    }

    #[test]
    fn the_project_owner_is_suggested_only_for_a_misspelling() {
        for text in ["Onwer", "Project Ownr"] {
            assert_eq!(nearest(text), Some(OWNER), "{text}");
        }
        for text in ["other", "order", "power", "Admin", "lower"] {
            assert_ne!(nearest(text), Some(OWNER), "{text}");
        }
    }

    #[test]
    fn project_roles_that_are_not_on_the_list_are_found() {
        assert!(KNOWN.is_sorted());
        let projects = parse(Cell::new("", "billing=GROUP_DREAMER+owner"), &directory()).unwrap();
        let invitation = Invitation {
            organization: ObjectId::ZERO,
            email: String::new(),
            roles: OrgRoles::default(),
            teams: Vec::new(),
            projects,
        };
        assert_eq!(unknown_project_roles(&invitation).collect::<Vec<_>>(), ["GROUP_DREAMER"]);
    }
}
