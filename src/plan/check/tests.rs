//! Whole sheets, from rows to findings and counts.

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
        invited_by: None,
        grants,
    });
    directory.add_invite(Invite {
        id: "invite".to_owned(),
        email: "ada@example.com".to_owned(),
        created_at: None,
        expires_at: None,
        invited_by: None,
        grants: Grants::default(),
    });
    directory
}

/// A sheet's findings, each as `row kind code column` and as its detail, and the result.
struct Check {
    findings: Vec<String>,
    details: Vec<String>,
    checked: Checked,
}

fn check(text: &str, directory: &Directory, organization: ObjectId) -> Check {
    let mut sheet = Sheet::from_bytes(text.as_bytes(), &SheetOptions::default()).unwrap();
    let header = sheet.header().clone();
    let options = PlanOptions { default_roles: OrgRoles::default(), organization: Some(organization) };
    let planner = Planner::new(options, &header, vec![(organization, directory)]);
    let failed = FailedColumn::find(&sheet, &planner);
    let mut checker = Checker::new(Classifier::new(planner, PersonKeys::default(), 0), &header, failed);
    let (mut findings, mut details) = (Vec::new(), Vec::new());
    let mut add = |finding: &Finding<'_>| -> Result<(), Infallible> {
        let (kind, code) = (finding.kind.as_str(), finding.code.map_or("-", FindingCode::as_str));
        let row = finding.row.map_or("-".to_owned(), |row| row.to_string());
        findings.push(format!("{row} {kind} {code} {}", finding.column.unwrap_or("-")));
        details.push(finding.detail.clone().into_owned());
        Ok(())
    };
    checker.failed_columns(&mut add).unwrap();
    while let Some(row) = sheet.next_row().unwrap() {
        checker.take(&row, &mut add).unwrap();
    }
    Check { findings, details, checked: checker.finish(sheet.skipped_blank()) }
}

fn here() -> ObjectId {
    ORGANIZATION.parse().unwrap()
}

#[test]
fn every_problem_of_a_row_is_found() {
    let sheet = "Mail,Rôle,Teams,Projects\n\
        adaexample.com,Onwer,Bakend,billing\n\
        \n\
        new@example.com,member,Backend,billing=GROUP_READ_ONLY\n\
        New@example.com,member,Backend,billing=read only\n\
        new@example.com,owner,Backend,billing=GROUP_READ_ONLY\n\
        grace@example.com,member,,\n\
        ada@example.com,member,,\n\
        odd@example.com,member,,billing=GROUP_APE+GROUP_ZEBRA\n";
    let Check { findings, details, checked } = check(sheet, &directory(), here());
    assert_eq!(
        findings,
        [
            "2 invalid INVALID_EMAIL Mail",
            "2 invalid UNKNOWN_ROLE Rôle",
            "2 invalid UNKNOWN_TEAM Teams",
            "2 invalid INVALID_PROJECT Projects",
            "5 duplicate - -",
            "6 invalid CONFLICTING_DUPLICATE -",
            "7 already_member DIFFERS -",
            "8 already_invited - -",
            "9 warning UNLISTED_PROJECT_ROLE Projects",
            "9 warning UNLISTED_PROJECT_ROLE Projects",
        ]
    );
    insta::assert_snapshot!(details.join("\n"));
    let tally = Tally { rows: 7, invalid: 2, duplicates: 1, already_invited: 1, already_member: 1, warnings: 2 };
    assert_eq!((checked.tally, checked.blank, checked.people), (tally, 1, 2));
    assert_eq!(checked.roles, [(OrgRole::Member, 2)]);
    assert_eq!(checked.teams, [Share { id: Some(id(1)), name: Some("Backend".into()), people: 1 }]);
    assert_eq!(checked.projects, [Share { id: Some(id(2)), name: Some("billing".into()), people: 2 }]);
    assert_eq!(checked.seats, [(here(), Seats { needed: 2, taken: Some(2) })]);
    assert_eq!(checked.exit(), Exit::RowsNeedALook);
}

#[test]
fn only_invalid_rows_are_a_failure() {
    let sheet = "email,roles,projects\ngrace@example.com,member,\nodd@example.com,member,billing=GROUP_APE\n";
    let Check { findings, checked, .. } = check(sheet, &directory(), here());
    assert_eq!((findings.len(), checked.exit()), (2, Exit::Success));
}

#[test]
fn offline_names_are_kept_as_the_first_row_has_them() {
    let sheet = "email,roles,teams,projects\n\
        a@example.com,member,Back End;000000000000000000000009,Billing=owner\n\
        b@example.com,member,back end,000000000000000000000008=owner\n";
    let Check { findings, checked, .. } = check(sheet, &Directory::offline(), here());
    assert_eq!(findings, [""; 0]);
    let named = |name: &str, people| Share { id: None, name: Some(name.into()), people };
    let by_id = |n, people| Share { id: Some(id(n)), name: None, people };
    assert_eq!(checked.teams, [named("Back End", 2), by_id(9, 1)]);
    assert_eq!(checked.projects, [by_id(8, 1), named("Billing", 1)]);
    assert_eq!(checked.seats, [(here(), Seats { needed: 2, taken: None })]);
}

#[test]
fn a_row_may_name_any_organization_if_none_is_known() {
    let sheet = format!(
        "email,roles,org_id\na@example.com,member,{ORGANIZATION}\na@example.com,owner,{}\na@example.com,owner,mine\n",
        id(7)
    );
    let Check { findings, checked, .. } = check(&sheet, &Directory::offline(), ANY);
    assert_eq!(findings, ["4 invalid INVALID_ORG_ID org_id"]);
    assert_eq!(checked.people, 2, "one in each organization");
}
