//! Whole sheets, from rows to findings and the sum of them.

use std::convert::Infallible;

use super::*;
use crate::atlas::api::{Grants, Invite, Membership, Named, Person};
use crate::model::invitation::OrgRoles;
use crate::model::person::PersonKeys;
use crate::plan::{PlanOptions, Planner};
use crate::spreadsheet::{Sheet, SheetOptions};

const ORGANIZATION: &str = "32b6e34b3d91647abb20e7b8";

fn id(n: u8) -> ObjectId {
    format!("{n:024x}").parse().unwrap()
}

fn directory() -> Directory {
    let mut directory = Directory::new();
    directory.add_team(Named { id: id(1), name: "Backend".to_owned() });
    directory.add_project(Named { id: id(2), name: "billing".to_owned() });
    let grants = Grants { roles: OrgRoles::from_iter([OrgRole::Owner]), ..Grants::default() };
    directory.add_person(Person {
        id: "user".to_owned(),
        email: "grace@example.com".to_owned(),
        membership: Membership::Active,
        invited_at: None,
        expires_at: None,
        grants,
    });
    directory.add_invite(Invite {
        id: "invite".to_owned(),
        email: "ada@example.com".to_owned(),
        created_at: None,
        expires_at: None,
        grants: Grants::default(),
    });
    directory
}

/// Every finding as `row kind code column: detail`, and the sum.
fn check(text: &str, directory: &Directory, organization: ObjectId) -> (Vec<String>, Checked) {
    let mut sheet = Sheet::from_bytes(text.as_bytes(), &SheetOptions::default()).unwrap();
    let header = sheet.header().clone();
    let options = PlanOptions { default_roles: OrgRoles::default(), organization: Some(organization) };
    let planner = Planner::new(options, &header, vec![(organization, directory)]);
    let mut checker = Checker::new(Classifier::new(planner, PersonKeys::default(), 0), &header);
    let mut told = Vec::new();
    while let Some(row) = sheet.next_row().unwrap() {
        let taken: Result<(), Infallible> = checker.take(&row, |finding| {
            let Finding { row, kind, code, column, detail, .. } = finding;
            told.push(format!("{row} {} {code} {}: {detail}", kind.as_str(), column.unwrap_or("-")));
            Ok(())
        });
        taken.unwrap();
    }
    (told, checker.finish(sheet.skipped_blank()))
}

fn here() -> ObjectId {
    ORGANIZATION.parse().unwrap()
}

#[test]
fn every_problem_of_a_row_is_told_and_its_place() {
    let sheet = "Mail,Rôle,Teams,Projects\n\
        nobody,Onwer,Bakend,billing\n\
        \n\
        new@example.com,member,Backend,billing=GROUP_READ_ONLY\n\
        New@example.com,member,Backend,billing=read only\n\
        new@example.com,owner,Backend,billing=GROUP_READ_ONLY\n\
        grace@example.com,member,,\n\
        ada@example.com,member,,\n\
        odd@example.com,member,,billing=GROUP_APE+GROUP_ZEBRA\n";
    let (told, checked) = check(sheet, &directory(), here());
    assert_eq!(
        told,
        [
            "2 invalid INVALID_EMAIL Mail: \"nobody\" is not an email address: it has no @; correct it",
            "2 invalid UNKNOWN_ROLE Rôle: unknown role \"Onwer\", did you mean ORG_OWNER?",
            "2 invalid UNKNOWN_TEAM Teams: unknown team \"Bakend\", did you mean \"Backend\"? If not, create the team in \
             Atlas first, since this program creates no teams",
            "2 invalid INVALID_PROJECT Projects: \"billing\" names no role; write project=ROLE, for example \
             billing=GROUP_READ_ONLY",
            "5 duplicate  -: the same as row 4",
            "6 invalid CONFLICTING_DUPLICATE -: row 4 has the same email but other roles, teams or projects; keep one of \
             the two rows, with everything the person needs",
            "7 already_member  -: grace@example.com is a member already, but roles are ORG_OWNER and the sheet says \
             ORG_MEMBER",
            "8 already_invited  -: ada@example.com is invited already",
            "9 warning UNLISTED_PROJECT_ROLE Projects: project role \"GROUP_APE\" is not one we know; it is sent as written",
            "9 warning UNLISTED_PROJECT_ROLE Projects: project role \"GROUP_ZEBRA\" is not one we know; it is sent as \
             written",
        ]
    );
    let tally = Tally { rows: 7, invalid: 2, duplicates: 1, already_invited: 1, already_member: 1, warnings: 2 };
    assert_eq!((checked.tally, checked.blank, checked.people), (tally, 1, 2));
    assert_eq!(checked.roles, [(OrgRole::Member, 2)]);
    assert_eq!(checked.teams, [Share { id: Some(id(1)), name: Some("Backend".into()), people: 1 }]);
    assert_eq!(checked.projects, [Share { id: Some(id(2)), name: Some("billing".into()), people: 2 }]);
    assert_eq!(checked.seats, [(here(), Seats { needed: 2, taken: Some(2) })]);
    assert_eq!(checked.exit(), Exit::RowsNeedALook);
}

#[test]
fn warnings_and_whoever_is_there_are_no_failure() {
    let sheet = "email,roles,projects\ngrace@example.com,member,\nodd@example.com,member,billing=GROUP_APE\n";
    let (told, checked) = check(sheet, &directory(), here());
    assert_eq!((told.len(), checked.exit()), (2, Exit::Success));
}

#[test]
fn offline_names_are_told_as_the_first_row_writes_them() {
    let sheet = "email,roles,teams,projects\n\
        a@example.com,member,Back End;000000000000000000000009,Billing=owner\n\
        b@example.com,member,back end,000000000000000000000008=owner\n";
    let (told, checked) = check(sheet, &Directory::offline(), here());
    assert_eq!(told, [""; 0]);
    let named = |name: &str, people| Share { id: None, name: Some(name.into()), people };
    let by_id = |n, people| Share { id: Some(id(n)), name: None, people };
    assert_eq!(checked.teams, [named("Back End", 2), by_id(9, 1)]);
    assert_eq!(checked.projects, [by_id(8, 1), named("Billing", 1)]);
    assert_eq!(checked.seats, [(here(), Seats { needed: 2, taken: None })]);
}

#[test]
fn where_no_organization_is_known_a_row_may_be_for_any_and_a_person_in_each() {
    let sheet = format!(
        "email,roles,org_id\na@example.com,member,{ORGANIZATION}\na@example.com,owner,{}\na@example.com,owner,mine\n",
        id(7)
    );
    let (told, checked) = check(&sheet, &Directory::offline(), ANY);
    assert_eq!(checked.people, 2, "{told:?}");
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("4 invalid INVALID_ORG_ID org_id: "), "{told:?}");
}
