//! Maps and sheets, from text to invitations.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::atlas::api::Named;
use crate::model::invitation::{Invitation, ObjectId, OrgRole, OrgRoles};
use crate::model::reason::RejectionCode;
use crate::plan::directory::Directory;
use crate::plan::forecast::Forecast;
use crate::plan::{ANY, Classifier, PlanOptions, Planner, Rejection};
use crate::spreadsheet::{Content, Sheet, SheetError, SheetOptions};

const HERE: &str = "32b6e34b3d91647abb20e7b8";
const THERE: &str = "42b6e34b3d91647abb20e7b8";

fn organization(id: &str) -> ObjectId {
    id.parse().unwrap()
}

fn id(n: u8) -> ObjectId {
    format!("{n:024x}").parse().unwrap()
}

fn directory() -> Directory {
    let mut directory = Directory::new();
    for (n, name) in [(1, "Backend"), (2, "Analytics"), (3, "R&D; Ops")] {
        directory.add_team(Named { id: id(n), name: name.to_owned() });
    }
    for (n, name) in [(8, "billing"), (9, "warehouse")] {
        directory.add_project(Named { id: id(n), name: name.to_owned() });
    }
    directory
}

fn sheet(text: &str) -> Sheet {
    Sheet::from_bytes(text.as_bytes(), &SheetOptions::default()).unwrap()
}

fn read(text: &str) -> Result<RoleMap, MapError> {
    let options = SheetOptions { content: Content::Rules, ..SheetOptions::default() };
    RoleMap::read(Sheet::from_bytes(text.as_bytes(), &options)?, "map.csv".to_owned())
}

/// Returns the error of a map, of itself or for a sheet with this header.
fn error(map: &str, header: &str) -> MapError {
    let bound = read(map).and_then(|map| map.bind(sheet(header).header(), &[(organization(HERE), &directory())]));
    bound.map(|_| ()).expect_err(map)
}

/// Plans the rows of a sheet for these organizations.
fn plan_for(
    map: &str,
    people: &str,
    default_roles: OrgRoles,
    directories: Vec<(ObjectId, &Directory)>,
) -> Vec<Result<Invitation, Rejection>> {
    let people = sheet(people);
    let rules = read(map).unwrap().bind(people.header(), &directories).unwrap();
    let options = PlanOptions { default_roles, organization: Some(organization(HERE)) };
    let planner = Planner::new(options, people.header(), directories).with_rules(Some(&rules));
    people.map(|row| planner.plan(&row.unwrap())).collect()
}

fn plan(map: &str, people: &str) -> Vec<Result<Invitation, Rejection>> {
    plan_for(map, people, OrgRoles::default(), vec![(organization(HERE), &directory())])
}

/// Returns what each row gets, or the code of its rejection.
fn grants(map: &str, people: &str) -> Vec<String> {
    let describe = |planned: Result<Invitation, Rejection>| match planned {
        Err(rejection) => rejection.code.code().to_owned(),
        Ok(Invitation { roles, teams, projects, .. }) => {
            let number = |id: &ObjectId| id.to_string().trim_start_matches('0').to_owned();
            let roles = roles.iter().map(|role| role.as_str().trim_start_matches("ORG_").to_owned());
            let teams = teams.iter().map(number);
            let projects =
                projects.iter().map(|access| format!("{}={}", number(&access.project), access.roles.join("+")));
            roles.chain(teams).chain(projects).collect::<Vec<_>>().join(" ")
        }
    };
    plan(map, people).into_iter().map(describe).collect()
}

#[test]
fn a_person_gets_what_all_matching_rules_grant() {
    let map = "Department;Job Title;Rollen;Teams;Projekte\n\
        eng*;;member;Backend;\"billing=read only;warehouse=owner\"\n\
        ;*manager*;read only;Analytics;billing=GROUP_CLUSTER_MANAGER\n\
        Sales;Account Executive;member;;\n";
    let people = "Email,Department,Job Title\n\
        a@example.com, ENGINEERING ,Engineer\n\
        b@example.com,Engineering,Engineering Manager (acting)\n\
        c@example.com,Sales,Account Executive\n\
        d@example.com,Sales,Intern\n\
        e@example.com,,\n";
    assert_eq!(
        grants(map, people),
        [
            "MEMBER 1 8=GROUP_READ_ONLY 9=GROUP_OWNER",
            "MEMBER READ_ONLY 1 2 8=GROUP_CLUSTER_MANAGER+GROUP_READ_ONLY 9=GROUP_OWNER",
            "MEMBER",
            "NO_RULE",
            "NO_RULE",
        ]
    );
}

#[test]
fn the_cells_of_the_sheet_add_to_the_rules() {
    let map = "Department,roles,teams,projects\nIT,member,Backend,billing=read only\n";
    let people = "email,Department,roles,teams,projects\n\
        a@example.com,IT,read only,Analytics,billing=owner\n\
        b@example.com,Legal,read only,,\n\
        c@example.com,IT,Janitor,,\n";
    assert_eq!(
        grants(map, people),
        ["MEMBER READ_ONLY 1 2 8=GROUP_OWNER+GROUP_READ_ONLY", "READ_ONLY", "UNKNOWN_ROLE"]
    );
}

#[test]
fn default_roles_are_for_people_without_any_other() {
    let map = "Department,roles,teams\nIT,member,\nOps,,Backend\n";
    let people = "email,Department\na@example.com,IT\nb@example.com,Ops\nc@example.com,Legal\n";
    assert_eq!(grants(map, people), ["MEMBER", "MISSING_ROLE", "NO_RULE"]);
    let default = OrgRoles::from_iter([OrgRole::ReadOnly]);
    let here = directory();
    let plans = plan_for(map, people, default, vec![(organization(HERE), &here)]);
    let roles: Vec<_> = plans.into_iter().map(|plan| plan.unwrap().roles).collect();
    assert_eq!(roles, [OrgRoles::from_iter([OrgRole::Member]), default, default]);
}

#[test]
fn a_rule_without_conditions_matches_every_row() {
    let people = "email,Department\na@example.com,IT\nb@example.com,\n";
    for map in ["Department,roles\n,member\n", "roles\nmember\n", "Department,roles\n*,member\n"] {
        assert_eq!(grants(map, people), ["MEMBER", "MEMBER"], "{map}");
    }
}

#[test]
fn a_rule_that_grants_nothing_matches_no_row() {
    let map = "Department,roles,teams\nIT,,\nOps,member,\n";
    assert_eq!(grants(map, "email,Department\na@example.com,IT\nb@example.com,Ops\n"), ["NO_RULE", "MEMBER"]);
}

#[test]
fn conditions_may_be_about_any_column() {
    for (map, people) in [
        ("E-Mail,roles\n*@EXAMPLE.org,member\n", "e mail\na@example.org\nb@example.com\n"),
        ("Team,roles,teams\nIT,member,Backend\n", "email,Team\na@example.com,IT\n"),
        ("Team,Roles,TEAMS\nIT,member,Backend\n", "email,Team\na@example.com,IT\n"),
        ("Role,roles\nEngineer,member\n", "email,Role\na@example.com,Engineer\n"),
        ("Teams,roles,teams\nAnalytics,member,Backend\n", "email,Teams\na@example.com,Analytics\n"),
    ] {
        let header = sheet(people).header().clone();
        let rules = read(map).unwrap().bind(&header, &[(ANY, &directory())]).unwrap();
        let matching: Vec<bool> = sheet(people).map(|row| !rules.matching(&row.unwrap()).is_empty()).collect();
        let expected: Vec<bool> = (0..matching.len()).map(|row| row == 0).collect();
        assert_eq!(matching, expected, "{map}");
    }
}

#[test]
fn an_unreadable_cell_of_a_condition_rejects_the_row() {
    let map = "Department,roles\nIT,member\n";
    let people = "email,Department,Note\na@example.com,#N/A,\nb@example.com,IT,#N/A\n";
    assert_eq!(grants(map, people), ["FORMULA_ERROR", "MEMBER"]);
}

#[test]
fn each_error_of_a_map_names_its_cause_and_a_remedy() {
    let header = "email,Department,Location,Location,Team\n";
    let long = format!("Department,roles\n{}", "IT,member\n".repeat(10_001));
    let mut errors = Vec::new();
    for (map, is_expected) in [
        ("", (|error| matches!(error, MapError::Empty)) as fn(&MapError) -> bool),
        ("Department,Location\nIT,Bonn\n", |error| matches!(error, MapError::Sheet(SheetError::NoGrantColumn { .. }))),
        ("Department,Role,Rolle\n", |error| matches!(error, MapError::TwoColumns { .. })),
        ("Department,Team,roles\n", |error| matches!(error, MapError::Unclear { .. })),
        ("Dept,roles\n", |error| matches!(error, MapError::NoSuchColumn { .. })),
        ("Location,roles\n", |error| matches!(error, MapError::Ambiguous { .. })),
        ("Department,department,roles\n", |error| matches!(error, MapError::SameColumn { .. })),
        (&long, |error| matches!(error, MapError::TooLarge { .. })),
        ("roles\n\"member", |error| matches!(error, MapError::Cells(_))),
        ("Department,,roles\n#N/A,,member\nIT,note,member\n", |error| matches!(error, MapError::Cells(_))),
        ("Department,roles,teams,projects\nIT,membr,,\nOps,,,billing\n", |error| matches!(error, MapError::Cells(_))),
        (
            "Department,roles,teams\nIT,,Backedn\nOps,member,R&D; Ops\nX,,Legal\n",
            |error| matches!(error, MapError::Cells(cells) if cells.iter().map(|cell| cell.row).eq([2, 4])),
        ),
    ] {
        let error = error(map, header);
        assert!(is_expected(&error), "{error:?}");
        errors.push(error.to_string());
    }
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_map_may_have_titles_above_its_header() {
    for text in ["Our rules\n\nDepartment,roles\nIT,member\n", "Roles\nOwner: HR,May\nDepartment,Roles\nIT,member\n"] {
        let map = read(text).unwrap();
        assert_eq!((map.names[0].as_str(), map.rules.len()), ("Department", 1), "{text}");
    }
    assert_eq!(read("roles\nmember\n").unwrap().rules.len(), 1);
}

/// Reads a map that is a workbook.
fn read_workbook(write: impl Fn(&mut rust_xlsxwriter::Workbook)) -> Result<RoleMap, MapError> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    write(&mut workbook);
    let options = SheetOptions { content: Content::Rules, ..SheetOptions::default() };
    RoleMap::read(Sheet::from_bytes(workbook.save_to_buffer().unwrap(), &options)?, "map.xlsx".to_owned())
}

fn write_rules(workbook: &mut rust_xlsxwriter::Workbook, rules: &[[&str; 2]]) {
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip(rules) {
        sheet.write_row(row, 0, *cells).unwrap();
    }
}

#[test]
fn sheets_without_rules_are_passed_over() {
    let map = read_workbook(|workbook| {
        write_rules(workbook, &[["How to", "fill in"], ["Owner", "HR"]]);
        write_rules(workbook, &[["Department", "roles"], ["IT", "member"]]);
    });
    assert_eq!(map.unwrap().rules.len(), 1);
}

#[test]
fn hidden_rules_are_an_error_that_names_no_flag() {
    let error = read_workbook(|workbook| {
        write_rules(workbook, &[["Department", "roles"], ["IT", "member"], ["HR", "owner"]]);
        workbook.worksheet_from_index(0).unwrap().set_row_hidden(2).unwrap();
        write_rules(workbook, &[["Other", "sheet"]]);
    });
    let error = error.unwrap_err();
    assert!(matches!(&error, MapError::HiddenRules { rows } if rows == &[3]), "{error:?}");
    insta::assert_snapshot!(error, @"row 3 of the sheet is hidden, perhaps by a filter; show the rows if the rules count, otherwise delete them");
}

#[test]
fn rules_that_make_owners_are_found() {
    let map = read("Department,roles\nIT,owner\nOps,member\nHR,member;ORG_OWNER\n").unwrap();
    let error = map.without_owners().unwrap_err();
    assert!(matches!(&error, MapError::Owners { rows } if rows == &[2, 4]), "{error:?}");
    insta::assert_snapshot!(error, @"rows 2, 4 grant ORG_OWNER; pass --map-owners to allow it, or remove the role");
    assert!(read("Department,roles\nIT,member\n").unwrap().without_owners().is_ok());
}

#[test]
fn a_team_must_exist_in_an_organization_of_the_rule() {
    let (here, mut there) = (directory(), Directory::new());
    there.add_team(Named { id: id(7), name: "Legal".to_owned() });
    let directories = vec![(organization(HERE), &here), (organization(THERE), &there)];
    let people =
        format!("email,Department,org_id\na@example.com,IT,\nb@example.com,IT,{THERE}\nc@example.com,HR,{THERE}\n");
    let map = "Department,roles,teams\nIT,member,Backend\nHR,member,Legal\n";
    let plans = plan_for(map, &people, OrgRoles::default(), directories.clone());
    assert_eq!(plans[0].as_ref().unwrap().teams, [id(1)]);
    assert_eq!(plans[2].as_ref().unwrap().teams, [id(7)]);
    let rejection = plans[1].as_ref().unwrap_err();
    assert_eq!((rejection.code, rejection.column.as_deref()), (RejectionCode::UnknownTeam, None));
    insta::assert_snapshot!(rejection, @r#"map.csv, row 2, column teams: unknown team "Backend"; correct the cell, or create the team in Atlas first"#);

    let of_there = format!("org_id,roles,teams\n{},member,Backend\n", THERE.to_uppercase());
    let bound = read(&of_there).unwrap().bind(sheet(&people).header(), &directories);
    assert!(matches!(bound, Err(MapError::Cells(_))), "{bound:?}");
}

#[test]
fn coverage_counts_rules_and_cells_without_a_rule() {
    let map =
        "Department,Job Title,Email,roles\nIT,,,member\nOps,,,member\nHR,,,\nIT,,,read only\n,,*@example.org,member\n";
    let people = "email,Department,Job Title\n\
        a@example.com,IT,Lead\nb@example.com,Legal,Counsel\nc@example.com,LEGAL,counsel\n\
        d@example.com,Sales,\ne@example.org,Sales,\n,Legal,\nf@example.com,IT,,,surplus\n";
    let people = sheet(people);
    let here = directory();
    let directories = vec![(organization(HERE), &here)];
    let rules = read(map).unwrap().bind(people.header(), &directories).unwrap();
    let options = PlanOptions { default_roles: OrgRoles::default(), organization: Some(organization(HERE)) };
    let planner = Planner::new(options, people.header(), directories).with_rules(Some(&rules));
    let classifier = Classifier::new(planner, crate::model::person::PersonKeys::default(), 0);
    let coverage = Forecast::of(people, classifier, u64::MAX, |_, _| false).unwrap().coverage.unwrap();
    assert_eq!((coverage.rules(), coverage.unmatched(), coverage.blank.as_slice()), (4, vec![3], &[4][..]));
    assert_eq!(coverage.repeated, [(5, 2)]);
    let uncovered: Vec<_> = coverage
        .uncovered()
        .into_iter()
        .map(|one| {
            (one.cells.iter().map(|(_, cell)| cell.as_str()).collect::<Vec<_>>().join("|"), one.rows, one.first_row)
        })
        .collect();
    let expected = [("Legal|Counsel", 2, 3), ("Sales|", 1, 5), ("Legal|", 1, 7)];
    assert_eq!(uncovered, expected.map(|(cells, rows, first)| (cells.to_owned(), rows, first)));
    assert_eq!((coverage.without_rule, coverage.beyond), (4, 0));
}

#[test]
fn cells_beyond_the_limit_are_counted_together() {
    let people = sheet("email,Department\n");
    let rules = read("Department,roles\nIT,member\n").unwrap().bind(people.header(), &[(ANY, &directory())]).unwrap();
    let rows: String = (0..1500).map(|n| format!("p{n}@example.com,Dept {n}\n")).collect();
    let mut coverage = Coverage::new(&rules);
    sheet(&format!("email,Department\n{rows}")).for_each(|row| coverage.count(&rules, &row.unwrap()));
    assert_eq!((coverage.uncovered().len(), coverage.beyond, coverage.without_rule), (1000, 500, 1500));
}

#[test]
fn an_explanation_names_the_origin_of_each_grant() {
    let map =
        "Department,roles,teams,projects\nIT,member,Backend,billing=read only\n*,member,,billing=owner\nHR,,Backend,\n";
    let people = "email,Department,roles,teams\na@example.com,IT,read only,backend\nb@example.com,HR,,\n";
    for here in [directory(), Directory::offline()] {
        let (directories, people) = (vec![(organization(HERE), &here)], sheet(people));
        let rules = read(map).unwrap().bind(people.header(), &directories).unwrap();
        let options = PlanOptions { default_roles: OrgRoles::default(), organization: Some(organization(HERE)) };
        let planner = Planner::new(options, people.header(), directories).with_rules(Some(&rules));
        let rows: Vec<_> = people.map(Result::unwrap).collect();
        let explained: Vec<String> = rows
            .iter()
            .flat_map(|row| planner.explain(row, &planner.plan(row).unwrap()).grants)
            .map(|grant| format!("{} {:?}", grant.name.to_lowercase(), grant.origins))
            .collect();
        assert_eq!(
            explained,
            [
                "org_member [Rule(2), Rule(3)]",
                "org_read_only [Sheet]",
                "backend [Sheet, Rule(2)]",
                "billing=group_owner [Rule(3)]",
                "billing=group_read_only [Rule(2)]",
                "org_member [Rule(3)]",
                "backend [Rule(4)]",
                "billing=group_owner [Rule(3)]",
            ]
        );
    }
}

proptest! {
    #[test]
    fn the_index_finds_the_rules_that_match_one_by_one(
        conditions in prop::collection::vec(prop::collection::vec("[aA]?[*b]?[aé]?", 3), 1..12),
        cells in prop::collection::vec("[aAbé]{0,3}", 3),
    ) {
        let quoted = |cells: &[String]| cells.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
        let rules: String = conditions.iter().map(|cells| format!("{},member\n", quoted(cells))).collect();
        let map = read(&format!("x,y,z,roles\n{rules}")).unwrap();
        let mut people = sheet(&format!("email,x,y,z\na@example.com,{}\n", quoted(&cells)));
        let rules = map.bind(people.header(), &[(ANY, &Directory::offline())]).unwrap();
        let found = rules.matching(&people.next_row().unwrap().unwrap());
        let fits = |condition: &String, cell: &String| {
            condition.is_empty() || pattern::Pattern::new(condition).matches(&cell.to_lowercase())
        };
        let matches = |all: &Vec<String>| all.iter().zip(&cells).all(|(condition, cell)| fits(condition, cell));
        let expected: Vec<u32> = (0..).zip(&conditions).filter(|(_, all)| matches(all)).map(|(n, _)| n).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_map_panics(
        header in prop::collection::vec(
            prop_oneof![select(vec!["roles", "Team", "teams", "projects", "email", "Department", ""]).prop_map(str::to_owned), any::<String>()], 1..5),
        cells in prop::collection::vec(prop::collection::vec(prop_oneof!["[a*;=+ ]{0,6}", any::<String>()], 0..6), 0..4),
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        for row in cells.iter().filter(|row| !row.is_empty()) {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let people = sheet("email,Department\na@example.com,IT\n");
        if let Ok(rules) = read(&text).and_then(|map| map.bind(people.header(), &[(ANY, &directory())])) {
            people.for_each(|row| _ = rules.matching(&row.unwrap()));
        }
    }
}
