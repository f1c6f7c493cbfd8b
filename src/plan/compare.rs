//! Compares what rows and Atlas grant to the same person.

use std::hash::{Hash, Hasher};

use crate::atlas::api::Grants;
use crate::model::invitation::{Invitation, ObjectId, OrgRole, OrgRoles, ProjectAccess};
use crate::model::quote::quoted;
use crate::plan::directory::Directory;

/// Returns a digest of an invitation's roles, teams and projects. The same ones have the same digest on every machine.
///
/// Two rows for the same email conflict if their digests differ. The email itself is not part of the digest.
pub fn digest(invitation: &Invitation) -> u32 {
    let mut hasher = Fnv::default();
    invitation.roles.hash(&mut hasher);
    invitation.teams.hash(&mut hasher);
    invitation.projects.hash(&mut hasher);
    let hash = hasher.finish();
    (hash >> 32) as u32 ^ hash as u32
}

/// FNV-1a, because the hasher of the standard library does not guarantee stable values.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    // Lengths, in the same form on every machine.
    fn write_usize(&mut self, len: usize) {
        self.write(&(len as u64).to_le_bytes());
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The differences between a person's roles, teams and projects and those in the sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// The person's roles and those in the sheet, if they differ.
    roles: Option<(OrgRoles, OrgRoles)>,
    missing_teams: Vec<ObjectId>,
    additional_teams: Vec<ObjectId>,
    missing_projects: Vec<ProjectAccess>,
    additional_projects: Vec<ProjectAccess>,
}

/// Returns how a person's grants differ from the invitation; `None` if they do not, or if Atlas did not report them.
///
/// If the row has no teams, the person's teams do not count as a difference; the same holds for projects.
pub fn differences(invitation: &Invitation, grants: &Grants) -> Option<Differences> {
    if *grants == Grants::default() {
        return None;
    }
    let roles =
        (!grants.roles.is_empty() && invitation.roles != grants.roles).then_some((grants.roles, invitation.roles));
    let mut found = Differences { roles, ..Differences::default() };
    if !invitation.teams.is_empty() {
        found.missing_teams = missing(&invitation.teams, &grants.teams);
        found.additional_teams = missing(&grants.teams, &invitation.teams);
    }
    if !invitation.projects.is_empty() {
        found.missing_projects = missing(&invitation.projects, &grants.projects);
        found.additional_projects = missing(&grants.projects, &invitation.projects);
    }
    (found != Differences::default()).then_some(found)
}

fn missing<T: Clone + PartialEq>(wanted: &[T], present: &[T]) -> Vec<T> {
    wanted.iter().filter(|one| !present.contains(one)).cloned().collect()
}

/// Describes what an invite lacks, with the names of teams and projects if they are known.
pub(crate) fn not_granted(missing: &Grants, directory: &Directory) -> String {
    let roles: Vec<&str> = missing.roles.iter().map(OrgRole::as_str).collect();
    let roles = (!roles.is_empty()).then(|| format!("does not have role {}", roles.join(", ")));
    let (missing_teams, missing_projects) = (missing.teams.clone(), missing.projects.clone());
    let others = Differences { missing_teams, missing_projects, ..Differences::default() };
    let others = (others != Differences::default()).then(|| others.describe(directory));
    roles.into_iter().chain(others).collect::<Vec<_>>().join("; ")
}

impl Differences {
    /// Describes the differences, with the names of teams and projects if they are known.
    pub fn describe(&self, directory: &Directory) -> String {
        let team = |id: &ObjectId| directory.team_name(id).map_or_else(|| id.to_string(), quoted);
        let project = |access: &ProjectAccess| {
            let name = directory.project_name(&access.project);
            let name = name.map_or_else(|| access.project.to_string(), quoted);
            format!("{name}={}", access.roles.join("+"))
        };
        let list = |roles: &OrgRoles| roles.iter().map(OrgRole::as_str).collect::<Vec<_>>().join(", ");
        let roles = self.roles.as_ref();
        let mut parts: Vec<String> = roles
            .map(|(present, wanted)| format!("roles are {} and the sheet says {}", list(present), list(wanted)))
            .into_iter()
            .collect();
        for (difference, names) in [
            ("not in team", self.missing_teams.iter().map(team).collect::<Vec<_>>()),
            ("also in team", self.additional_teams.iter().map(team).collect()),
            ("does not have project", self.missing_projects.iter().map(project).collect()),
            ("also has project", self.additional_projects.iter().map(project).collect()),
        ] {
            if !names.is_empty() {
                parts.push(format!("{difference} {}", names.join(", ")));
            }
        }
        parts.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::api::Named;

    fn id(n: u8) -> ObjectId {
        format!("{n:024x}").parse().unwrap()
    }

    fn access(n: u8, role: &str) -> ProjectAccess {
        ProjectAccess { project: id(n), roles: vec![role.to_owned()] }
    }

    fn invitation(roles: &[OrgRole], teams: &[u8], projects: &[ProjectAccess]) -> Invitation {
        Invitation {
            organization: ObjectId::ZERO,
            email: "a@example.com".to_owned(),
            roles: roles.iter().copied().collect(),
            teams: teams.iter().copied().map(id).collect(),
            projects: projects.to_vec(),
        }
    }

    #[test]
    fn a_digest_depends_on_grants_and_not_on_the_email() {
        let base = invitation(&[OrgRole::Member], &[1, 2], &[access(3, "GROUP_OWNER")]);
        let other_email = Invitation { email: "b@example.com".to_owned(), ..base.clone() };
        assert_eq!(digest(&base), digest(&other_email));
        for other in [
            invitation(&[OrgRole::Owner], &[1, 2], &[access(3, "GROUP_OWNER")]),
            invitation(&[OrgRole::Member], &[1], &[access(3, "GROUP_OWNER")]),
            invitation(&[OrgRole::Member], &[1, 2], &[access(4, "GROUP_OWNER")]),
            invitation(&[OrgRole::Member], &[1, 2], &[access(3, "GROUP_READ_ONLY")]),
            invitation(&[OrgRole::Member], &[1, 2], &[]),
        ] {
            assert_ne!(digest(&base), digest(&other), "{other:?}");
        }
    }

    #[test]
    fn a_difference_names_what_the_person_has_and_lacks() {
        let mut directory = Directory::new();
        directory.add_team(Named { id: id(1), name: "Backend".to_owned() });
        directory.add_project(Named { id: id(3), name: "billing".to_owned() });
        let present = Grants {
            roles: OrgRoles::from_iter([OrgRole::Member]),
            teams: vec![id(1)],
            projects: vec![access(3, "GROUP_OWNER")],
        };
        let (member, owner) = ([OrgRole::Member], [OrgRole::Owner]);
        let same = [invitation(&member, &[1], &[access(3, "GROUP_OWNER")]), invitation(&member, &[], &[])];
        assert_eq!(same.map(|invitation| differences(&invitation, &present)), [None, None]);
        let different = [
            invitation(&owner, &[], &[]),
            invitation(&member, &[2], &[]),
            invitation(&member, &[], &[access(3, "GROUP_READ_ONLY")]),
        ];
        let descriptions = different.map(|invitation| differences(&invitation, &present).unwrap().describe(&directory));
        insta::assert_snapshot!(descriptions.join("\n"));
    }

    #[test]
    fn grants_that_atlas_did_not_report_are_no_difference() {
        let wanted = invitation(&[OrgRole::Owner], &[2], &[]);
        assert_eq!(differences(&wanted, &Grants::default()), None);
    }
}
