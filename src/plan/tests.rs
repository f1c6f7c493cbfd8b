//! Tests of whole rows, from a sheet to invitations.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::atlas::api::Named;
use crate::model::email::fold_email;
use crate::model::invitation::OrgRole;
use crate::model::person::PersonKeys;
use crate::spreadsheet::{Sheet, SheetOptions};

const ORGANIZATION: &str = "32b6e34b3d91647abb20e7b8";

fn id(n: u8) -> ObjectId {
    format!("{n:024x}").parse().unwrap()
}

fn directory() -> Directory {
    let mut directory = Directory::new();
    for (n, name) in [(1, "Backend"), (2, "Data Platform"), (3, "R&D; Ops"), (4, "twin"), (5, "Twin")] {
        directory.add_team(Named { id: id(n), name: name.to_owned() });
    }
    directory.add_project(Named { id: id(9), name: "billing".to_owned() });
    directory
}

fn plan(text: &[u8], directory: &Directory, default_roles: OrgRoles) -> Vec<Result<Invitation, Rejection>> {
    let mut sheet = Sheet::from_bytes(text, &SheetOptions::default()).unwrap();
    let options = PlanOptions { default_roles, organization: Some(ORGANIZATION.parse().unwrap()) };
    let planner = Planner::new(options, sheet.header(), vec![(ORGANIZATION.parse().unwrap(), directory)]);
    let mut plans = Vec::new();
    while let Some(row) = sheet.next_row().unwrap() {
        plans.push(planner.plan(&row));
    }
    plans
}

#[test]
fn a_row_becomes_an_invitation_with_ids_in_order() {
    let sheet = format!(
        "Email,Role,Teams,Projects,Org ID\n\
         Jane <Jane@example.com>,owner;member,data platform|Backend;backend,billing=read only,{ORGANIZATION}\n"
    );
    let expected = Invitation {
        organization: ORGANIZATION.parse().unwrap(),
        email: "Jane@example.com".to_owned(),
        roles: OrgRoles::from_iter([OrgRole::Owner, OrgRole::Member]),
        teams: vec![id(1), id(2)],
        projects: vec![ProjectAccess { project: id(9), roles: vec!["GROUP_READ_ONLY".to_owned()] }],
    };
    assert_eq!(plan(sheet.as_bytes(), &directory(), OrgRoles::default()), [Ok(expected)]);
}

#[test]
fn a_link_to_another_address_is_rejected_with_both() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "email").unwrap();
    sheet.write_url_with_text(1, 0, "mailto:ada@example.com", "bob@example.com").unwrap();
    let plans = plan(&workbook.save_to_buffer().unwrap(), &directory(), OrgRoles::from_iter([OrgRole::Member]));
    let rejection = plans[0].as_ref().unwrap_err();
    assert_eq!(rejection.code, RejectionCode::InvalidEmail);
    insta::assert_snapshot!(
        rejection,
        @r#"column email: the cell shows "bob@example.com" but links to "ada@example.com"; remove the link, or type the right address"#
    );
}

#[test]
fn a_team_whose_name_holds_a_separator_is_one_team() {
    let plans = plan(b"email,role,teams\na@example.com,member,R&D; Ops\n", &directory(), OrgRoles::default());
    assert_eq!(plans[0].as_ref().unwrap().teams, [id(3)]);
}

#[test]
fn each_fault_has_its_code_its_column_and_a_remedy() {
    use RejectionCode as Code;
    let broken = b"Jos\xE9";
    let mut details = Vec::new();
    for (row, code, column) in [
        (&b",member,,,"[..], Code::MissingEmail, Some("Work Email")),
        (b"jane.example.com,member", Code::InvalidEmail, Some("Work Email")),
        (b"a@example.com", Code::MissingRole, Some("Rôle")),
        (b"#N/A,member", Code::FormulaError, Some("Work Email")),
        (b"a@example.com,#REF!", Code::FormulaError, Some("Rôle")),
        (b"a@example.com,Admn", Code::UnknownRole, Some("Rôle")),
        (b"a@example.com,member,Backedn", Code::UnknownTeam, Some("Teams")),
        (b"a@example.com,member,Legal", Code::UnknownTeam, Some("Teams")),
        (b"a@example.com,member,0000000000000000000000ff", Code::UnknownTeam, Some("Teams")),
        (b"a@example.com,member,00000000000000000000001", Code::InvalidTeamId, Some("Teams")),
        (b"a@example.com,member,TWIN", Code::AmbiguousTeam, Some("Teams")),
        (b"a@example.com,member,,billing", Code::InvalidProject, Some("Projects")),
        (b"a@example.com,member,,,000000000000000000000001", Code::OtherOrganization, Some("Org ID")),
        (b"a@example.com,member,,,Acme", Code::InvalidOrgId, Some("Org ID")),
        (b"a@example.com,member,,,,,x", Code::TooManyFields, None),
        (&[b"a@example.com,member,", &broken[..]].concat(), Code::InvalidEncoding, Some("Teams")),
        (b"a@example.com,member,\"Backend\nb@example.com,member,", Code::UnclosedQuote, None),
        (&[b"a@example.com,member,", "x".repeat(1 << 21).as_bytes()].concat(), Code::RowTooLong, None),
    ] {
        let sheet = [b"Work Email,R\xC3\xB4le,Teams,Projects,Org ID\n", row].concat();
        let plans = plan(&sheet, &directory(), OrgRoles::default());
        let rejection = plans[0].as_ref().unwrap_err();
        assert_eq!((rejection.code, rejection.column.as_deref()), (code, column));
        details.push(rejection.to_string());
    }
    // The faults of an address and of an id have tests of their own.
    let filters =
        [("is not an email address: .*", "is not an email address: [...]"), ("is not an Atlas id.*;", "is [...];")];
    insta::with_settings!({ filters => filters }, { insta::assert_snapshot!(details.join("\n")) });
}

#[test]
fn rows_without_roles_get_the_default_roles() {
    let default = OrgRoles::from_iter([OrgRole::ReadOnly]);
    for sheet in [&b"email\na@example.com\n"[..], b"email,roles\na@example.com,\n", b"email,roles\na@example.com,;\n"] {
        assert_eq!(plan(sheet, &directory(), default)[0].as_ref().unwrap().roles, default);
    }
}

#[test]
fn a_sheet_without_any_roles_is_found_before_its_rows() {
    let sheet = Sheet::from_bytes(&b"email\n"[..], &SheetOptions::default()).unwrap();
    let options = |default_roles| PlanOptions { default_roles, organization: Some(ORGANIZATION.parse().unwrap()) };
    let directory = directory();
    assert!(
        Planner::new(options(OrgRoles::default()), sheet.header(), vec![(ORGANIZATION.parse().unwrap(), &directory)])
            .lacks_roles()
    );
    let default = OrgRoles::from_iter([OrgRole::Member]);
    assert!(
        !Planner::new(options(default), sheet.header(), vec![(ORGANIZATION.parse().unwrap(), &directory)])
            .lacks_roles()
    );
}

#[test]
fn offline_ids_exist_and_names_are_compared_with_each_other() {
    let sheet = b"email,roles,teams,projects\n\
        a@example.com,member,000000000000000000000077,000000000000000000000078=owner\n\
        b@example.com,member,Backend; Ops,\n\
        b@example.com,member,ops | backend,\n\
        c@example.com,member,Backend,billing\n";
    let plans = plan(sheet, &Directory::offline(), OrgRoles::default());
    assert_eq!(plans[0].as_ref().unwrap().teams, [id(0x77)]);
    assert_eq!(plans[1], plans[2]);
    assert_eq!(plans[3].as_ref().unwrap_err().code, RejectionCode::InvalidProject);
}

/// Returns the teams and projects of the sandbox that the sample uses.
fn sandbox() -> Directory {
    let mut directory = Directory::new();
    for (n, name) in (1..).zip(["Data Platform", "Backend", "Analytics", "Customer Success", "Security"]) {
        directory.add_team(Named { id: id(n), name: name.to_owned() });
    }
    for (n, name) in (11..).zip(["billing", "warehouse", "mobile-app", "sandbox-staging"]) {
        directory.add_project(Named { id: id(n), name: name.to_owned() });
    }
    directory
}

#[test]
fn the_sample_has_a_few_invalid_rows_of_different_kinds() {
    let sample = include_bytes!("../../samples/onboarding.csv");
    let plans = plan(sample, &sandbox(), OrgRoles::default());
    assert_eq!(plans.len(), 26);
    let rejected: Vec<_> = (2..).zip(&plans).filter_map(|(row, plan)| Some((row, plan.as_ref().err()?.code))).collect();
    assert_eq!(
        rejected,
        [
            (14, RejectionCode::InvalidEmail),
            (16, RejectionCode::UnknownRole),
            (18, RejectionCode::UnknownTeam),
            (21, RejectionCode::MissingEmail),
        ]
    );
    let (tomas, again) = (plans[1].as_ref().unwrap(), plans[17].as_ref().unwrap());
    assert_eq!((fold_email(&tomas.email), digest(tomas)), (fold_email(&again.email), digest(again)));
    let (mei_ling, again) = (plans[5].as_ref().unwrap(), plans[21].as_ref().unwrap());
    assert_eq!(mei_ling.email, again.email);
    assert_ne!(digest(mei_ling), digest(again));
    assert!(plans.iter().flatten().all(|invitation| unknown_project_roles(invitation).next().is_none()));
    for present in ["grace.hopper@example.com", "alan.turing@example.com", "ada.lovelace@example.com"] {
        assert!(plans.iter().flatten().any(|invitation| invitation.email == present));
    }
}

proptest! {
    #[test]
    fn every_address_in_a_sheet_is_accounted_for(
        rows in prop::collection::vec(
            prop::collection::vec(
                select(vec![
                    "",
                    "-",
                    "a@example.com",
                    "A@EXAMPLE.COM",
                    "Bo <b@example.com>",
                    "c@example",
                    "d@example.com; e@example.com",
                    "'f@example.com",
                ]),
                3,
            ),
            0..8,
        ),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["email", "Manager Email", "Notes"]).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let mut sheet = Sheet::from_bytes(writer.into_inner().unwrap(), &SheetOptions::default()).unwrap();
        let organization = ORGANIZATION.parse().unwrap();
        let options =
            PlanOptions { default_roles: OrgRoles::from_iter([OrgRole::Member]), organization: Some(organization) };
        let directory = directory();
        let planner = Planner::new(options, sheet.header(), vec![(organization, &directory)]);
        let mut addresses = addresses::AddressCount::new(sheet.header());
        let mut classifier = Classifier::new(planner, PersonKeys::default(), rows.len());
        while let Some(row) = sheet.next_row().unwrap() {
            addresses.add(&row, &classifier.classify(&row));
        }
        let counted = addresses.finish();
        let all: usize = rows.iter().flatten().map(|cell| crate::model::email::count(cell)).sum();
        let accounted = counted.planned + counted.duplicates + counted.rejected + counted.all_unread();
        prop_assert_eq!(accounted, all as u64, "{:?}", counted);
    }

    #[test]
    fn any_cells_give_an_invitation_or_a_rejection(
        cells in prop::collection::vec(
            prop_oneof![
                "[ab@.=+;,|<>:\\-\\u{200b}é]{0,12}",
                any::<String>(),
                select(vec![
                    "a@example.com".to_owned(),
                    "member".to_owned(),
                    "Backend".to_owned(),
                    "billing=owner".to_owned(),
                    ORGANIZATION.to_owned(),
                ]),
            ],
            5,
        ),
        offline in any::<bool>(),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["email", "roles", "teams", "projects", "org_id"]).unwrap();
        writer.write_record(&cells).unwrap();
        let sheet = writer.into_inner().unwrap();
        let directory = if offline { Directory::offline() } else { directory() };
        for planned in plan(&sheet, &directory, OrgRoles::from_iter([OrgRole::Member])) {
            match planned {
                Ok(invitation) => {
                    prop_assert!(invitation.email.is_ascii() && invitation.email.contains('@'));
                    prop_assert!(!invitation.roles.is_empty());
                    prop_assert!(invitation.teams.is_sorted() && invitation.projects.is_sorted());
                    prop_assert!(invitation.projects.iter().all(|access| !access.roles.is_empty()));
                }
                Err(rejection) => prop_assert!(!rejection.finding.contains(char::is_control), "{:?}", rejection),
            }
        }
    }
}

#[test]
fn a_row_is_for_its_own_organization_or_for_the_default_one() {
    let other = "42b6e34b3d91647abb20e7b8";
    let (here, there) = (ORGANIZATION.parse().unwrap(), other.parse().unwrap());
    let (ours, theirs) = (directory(), Directory::new());
    let text = format!(
        "email,roles,teams,Org ID\na@example.com,member,backend,\nb@example.com,member,,{other}\n\
         c@example.com,member,backend,{other}\nd@example.com,member,,52b6e34b3d91647abb20e7b8\n"
    );
    let planned = |organization| {
        let mut sheet = Sheet::from_bytes(text.as_bytes(), &SheetOptions::default()).unwrap();
        let options = PlanOptions { default_roles: OrgRoles::default(), organization };
        let planner = Planner::new(options, sheet.header(), vec![(here, &ours), (there, &theirs)]);
        let rows: Vec<_> = sheet.by_ref().map(Result::unwrap).collect();
        rows.iter().map(|row| planner.plan(row).map(|invitation| invitation.organization)).collect::<Vec<_>>()
    };
    let codes = |organization| -> Vec<_> {
        planned(organization).into_iter().map(|planned| planned.map_err(|rejection| rejection.code)).collect()
    };
    // Teams are looked up in the row's own organization.
    assert_eq!(
        codes(Some(here)),
        [Ok(here), Ok(there), Err(RejectionCode::UnknownTeam), Err(RejectionCode::OtherOrganization)]
    );
    assert_eq!(codes(None)[0], Err(RejectionCode::MissingOrgId));
    let rejection = planned(None)[3].clone().unwrap_err();
    assert_eq!((rejection.code, rejection.column.as_deref()), (RejectionCode::OtherOrganization, Some("Org ID")));
}

#[test]
fn clearing_a_cell_is_suggested_only_if_the_row_would_be_sent() {
    let (ours, theirs) = (ORGANIZATION.parse().unwrap(), "42b6e34b3d91647abb20e7b8".parse().unwrap());
    let directory = directory();
    let text = "email,roles,org_id\na@example.com,member,52b6e34b3d91647abb20e7b8\n";
    let finding = |organization| {
        let mut sheet = Sheet::from_bytes(text.as_bytes(), &SheetOptions::default()).unwrap();
        let options = PlanOptions { default_roles: OrgRoles::default(), organization };
        let planner = Planner::new(options, sheet.header(), vec![(theirs, &directory)]);
        planner.plan(&sheet.next_row().unwrap().unwrap()).unwrap_err().finding
    };
    insta::assert_snapshot!(finding(Some(theirs)), @"the row is for organization 52b6e34b3d91647abb20e7b8 but this run is for 42b6e34b3d91647abb20e7b8; clear the cell, or add credentials for 52b6e34b3d91647abb20e7b8 to the profile file");
    // The rows of a shard may all be for another organization than the default one.
    let other = finding(Some(ours));
    insta::assert_snapshot!(other, @"no credentials for organization 52b6e34b3d91647abb20e7b8; correct the cell, or add the credentials to the profile file");
    assert_eq!(finding(None), other);
}
