//! Whether two askings for the same person are the same.

use std::hash::{Hash, Hasher};

use crate::atlas::api::Grants;
use crate::model::invitation::{Invitation, ObjectId, OrgRole, ProjectAccess};
use crate::model::quote::quoted;
use crate::plan::directory::Directory;

/// A fingerprint of the roles, teams and projects, the same for the same ones on every machine.
///
/// Two rows for one email whose fingerprints differ conflict. The email itself is not part of it.
pub fn digest(invitation: &Invitation) -> u32 {
    let mut hasher = Fnv::default();
    invitation.roles.hash(&mut hasher);
    invitation.teams.hash(&mut hasher);
    invitation.projects.hash(&mut hasher);
    let hash = hasher.finish();
    (hash >> 32) as u32 ^ hash as u32
}

/// FNV-1a: the standard library's own hasher promises no stable values.
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

    /// Lengths, in a form that is the same on every machine.
    fn write_usize(&mut self, len: usize) {
        self.write(&(len as u64).to_le_bytes());
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// How what the sheet asks for differs from what the person has; `None` where it does not, or where Atlas did not say.
///
/// A row that names no teams or projects asks for none, and is no reason to speak of those that are there.
pub fn differences(invitation: &Invitation, grants: &Grants, directory: &Directory) -> Option<String> {
    if *grants == Grants::default() {
        return None;
    }
    let mut found = Vec::new();
    if !grants.roles.is_empty() && invitation.roles != grants.roles {
        let list = |roles: Vec<OrgRole>| roles.into_iter().map(OrgRole::as_str).collect::<Vec<_>>().join(", ");
        let (asked, there) = (invitation.roles.iter().collect(), grants.roles.iter().collect());
        found.push(format!("roles are {} and the sheet says {}", list(there), list(asked)));
    }
    if !invitation.teams.is_empty() {
        let name = |id: &ObjectId| directory.team_name(id).map_or_else(|| id.to_string(), quoted);
        let missing = |of: &[ObjectId], from: &[ObjectId]| -> Vec<String> {
            of.iter().filter(|id| !from.contains(id)).map(name).collect()
        };
        found.extend(describe("not in team", &missing(&invitation.teams, &grants.teams)));
        found.extend(describe("also in team", &missing(&grants.teams, &invitation.teams)));
    }
    if !invitation.projects.is_empty() {
        let name = |id: &ObjectId| directory.project_name(id).map_or_else(|| id.to_string(), quoted);
        let missing = |of: &[ProjectAccess], from: &[ProjectAccess]| -> Vec<String> {
            of.iter()
                .filter(|access| !from.contains(access))
                .map(|access| format!("{}={}", name(&access.project), access.roles.join("+")))
                .collect()
        };
        found.extend(describe("does not have project", &missing(&invitation.projects, &grants.projects)));
        found.extend(describe("also has project", &missing(&grants.projects, &invitation.projects)));
    }
    (!found.is_empty()).then(|| found.join("; "))
}

fn describe(what: &str, things: &[String]) -> Option<String> {
    (!things.is_empty()).then(|| format!("{what} {}", things.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::api::Named;
    use crate::model::invitation::OrgRoles;

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
    fn a_digest_tells_grants_apart_and_nothing_else() {
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
    fn differences_are_told_in_words() {
        let mut directory = Directory::new();
        directory.add_team(Named { id: id(1), name: "Backend".to_owned() });
        directory.add_project(Named { id: id(3), name: "billing".to_owned() });
        let there = Grants {
            roles: OrgRoles::from_iter([OrgRole::Member]),
            teams: vec![id(1)],
            projects: vec![access(3, "GROUP_OWNER")],
        };
        let (member, owner) = ([OrgRole::Member], [OrgRole::Owner]);
        for (invitation, words) in [
            (invitation(&member, &[1], &[access(3, "GROUP_OWNER")]), None),
            (invitation(&member, &[], &[]), None),
            (invitation(&owner, &[], &[]), Some("roles are ORG_MEMBER and the sheet says ORG_OWNER")),
            (invitation(&member, &[2], &[]), Some("not in team 000000000000000000000002; also in team \"Backend\"")),
            (
                invitation(&member, &[], &[access(3, "GROUP_READ_ONLY")]),
                Some("does not have project \"billing\"=GROUP_READ_ONLY; also has project \"billing\"=GROUP_OWNER"),
            ),
        ] {
            assert_eq!(differences(&invitation, &there, &directory).as_deref(), words);
        }
        let asked = invitation(&owner, &[2], &[]);
        assert_eq!(differences(&asked, &Grants::default(), &directory), None);
    }
}
