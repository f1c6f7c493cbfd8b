//! The order of the lines, and the rows that end without a request.

use super::script::*;
use super::world::World;
use crate::atlas::api::Membership;
use crate::model::exit::Exit;
use crate::model::status::Status;

#[tokio::test(start_paused = true)]
async fn lines_are_in_row_order_for_any_order_of_answers() {
    let names: Vec<String> = (0..40).map(|number| format!("p{number:02}")).collect();
    let slow = |world: World, (number, name): (usize, &String)| {
        world.when(&format!("invite {name}"), [created(&format!("i-{name}")).after((40 - number) as f64)])
    };
    let run = names.iter().enumerate().fold(World::new().people(&names).concurrency(40), slow).run().await;
    let expected: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(number, name)| format!("{} {name} invited i-{name} http 201 x1", number + 2))
        .collect();
    assert_eq!(run.lines(), expected);
    assert_eq!(run.took, 40.0, "all were in flight together");
}

#[tokio::test(start_paused = true)]
async fn no_more_rows_are_in_flight_than_allowed() {
    let names: Vec<String> = (0..6).map(|number| format!("p{number}")).collect();
    let slow = |world: World, name| world.when(&format!("invite {name}"), [created("id").after(1.0)]);
    let run = names.iter().fold(World::new().people(&names).concurrency(2), slow).run().await;
    let times: Vec<&str> = run.requests.iter().map(|request| &request[..1]).collect();
    assert_eq!(times, ["0", "0", "1", "1", "2", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_row_equal_to_an_earlier_one_is_a_duplicate() {
    let world = World::new().people(["ada"]).row("bob,ORG_MEMBER,").row("ADA@Example.com,organization member,other");
    let run = world.when("invite ada", [created("i-ada").after(1.0)]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite bob"]);
    assert_eq!(run.line("ADA@Example.com"), "duplicate x0");
    insta::assert_snapshot!(run.detail("ADA@Example.com"), @"duplicate of row 2");
    assert_eq!(run.exit(), Exit::Success);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_contradicts_an_earlier_one_is_invalid() {
    let run = World::new().people(["bob", "ada"]).row("Ada,ORG_OWNER,").run().await;
    assert_eq!(run.requests, ["0 invite bob", "0 invite ada"]);
    assert_eq!(run.line("Ada"), "invalid CONFLICTING_DUPLICATE x0");
    assert!(run.detail("Ada").contains("row 3"), "{}", run.detail("Ada"));
    assert_eq!(run.exit(), Exit::RowsNeedALook);
}

#[tokio::test(start_paused = true)]
async fn an_invalid_row_does_not_stop_the_run() {
    let world = World::new().row(",ORG_MEMBER,").row("ada@,ORG_MEMBER,").row("bob,ORG_MEMBR,").people(["cy"]);
    let run = world.run().await;
    assert_eq!(run.requests, ["0 invite cy"]);
    assert_eq!(
        run.lines(),
        [
            "2  invalid MISSING_EMAIL x0",
            "3 ada@ invalid INVALID_EMAIL x0",
            "4 bob invalid UNKNOWN_ROLE x0",
            "5 cy invited i-cy http 201 x1"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn people_found_by_the_preflight_are_not_sent() {
    let mut world = World::new().people(["ada", "BOB", "cy", "dee"]);
    world.directory.add_person(a_person("user-1", "Ada@Example.com", Membership::Active, None));
    world.directory.add_invite(an_invite("invite-2", "bob@example.com", None));
    world.directory.add_person(a_person("user-3", "cy@example.com", Membership::Pending, None));
    world.directory.add_person(a_person("user-4", "dee@example.com", Membership::Expired, None));
    let run = world.run().await;
    assert_eq!(run.requests, ["0 invite dee"]);
    assert_eq!(
        run.lines(),
        [
            "2 ada already_member x0",
            "3 BOB already_invited invite-2 x0",
            "4 cy already_invited user-3 x0",
            "5 dee invited i-dee http 201 x1"
        ]
    );
    assert_eq!(run.exit(), Exit::Success);
}

#[tokio::test(start_paused = true)]
async fn a_limit_sends_the_first_rows_that_need_a_request() {
    let mut world = World::new().row("invalid@,ORG_MEMBER,").people(["ada", "bob", "cy", "dee", "eve"]);
    world.directory.add_invite(an_invite("invite-1", "bob@example.com", None));
    world.directory.add_invite(an_invite("invite-2", "eve@example.com", None));
    world.options.limit = Some(2);
    let run = world.run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite cy"]);
    assert_eq!(
        run.statuses()[1..],
        ["ada invited", "bob already_invited", "cy invited", "dee not_sent", "eve already_invited"]
    );
    assert_eq!(run.halt(), None);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_sends_nothing() {
    let mut world = World::new().people(["ada", "bob"]).row("invalid@,ORG_MEMBER,");
    world.directory.add_invite(an_invite("invite-1", "bob@example.com", None));
    world.options.dry_run = true;
    let run = world.run().await;
    assert_eq!(run.requests, [""; 0]);
    assert_eq!(run.statuses(), ["ada not_sent", "bob already_invited", "invalid@ invalid"]);
    assert_eq!((run.line("ada").as_str(), run.exit()), ("not_sent DRY_RUN x0", Exit::RowsNeedALook));
}

#[tokio::test(start_paused = true)]
async fn the_summary_counts_the_lines_and_groups_failures() {
    let world = World::new().people(["ada", "bob", "cy", "dee"]).concurrency(1);
    let refusal = || [refused(422, "BAD")];
    let run = world.when("invite bob", refusal()).when("invite cy", refusal()).run().await;
    let summary = run.summary.unwrap();
    let counts = Status::ALL.map(|status| summary.tally.count(status));
    assert_eq!(counts, [2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]);
    let [failures] = &summary.failures[..] else { panic!("{:?}", summary.failures) };
    assert_eq!((failures.code.as_ref().unwrap().as_str(), failures.count, failures.example_row), ("BAD", 2, Some(3)));
    assert_eq!(failures.example_email, "bob@example.com");
}
