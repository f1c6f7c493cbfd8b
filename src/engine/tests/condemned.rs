//! Answers after which no row can succeed: the run halts within what is on the wire, and the rest is not sent.

use super::script::*;
use super::world::{Run, World};
use crate::model::outcome::{Exit, StopReason};

fn assert_condemned(run: &Run, why: &str) {
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::Condemned), Exit::Halted), "{why}");
    let detail = &run.summary.as_ref().unwrap().halt.as_ref().unwrap().detail;
    assert!(detail.contains("Atlas said so") || detail.contains("<html>"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_condemns_the_run_fails_its_row_and_sends_no_other() {
    let mut replies: Vec<(u16, &str, Reply)> = [
        (402, "ACCOUNT_SUSPENDED"),
        (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
        (403, "ANY_NAME_AT_ALL"),
        (405, "ANY_NAME_AT_ALL"),
        (406, "INVALID_VERSION_DATE"),
        (407, ""),
        (410, "VERSION_GONE"),
        (400, "MAX_USERS_PER_ORG_EXCEEDED"),
    ]
    .map(|(status, code)| (status, code, refused(status, code)))
    .into();
    replies.extend([301, 302, 307, 308, 403].map(|status| (status, "", page(status))));
    for (status, code, reply) in replies {
        let run = World::new().people(["ada", "bob", "cy"]).concurrency(1).when("invite ada", [reply]).run().await;
        assert_eq!(run.requests, ["0 invite ada"], "{status} {code}");
        assert_eq!(run.line("ada"), format!("failed http {status} {code} x1").replace("  ", " "));
        for name in ["bob", "cy"] {
            assert_eq!(run.line(name), "not_sent x0");
            assert_eq!(run.detail(name), "the run was ended before this row's turn");
        }
        assert_condemned(&run, code);
    }
}

#[tokio::test(start_paused = true)]
async fn a_condemned_run_lets_what_is_on_the_wire_land_and_sends_nothing_more() {
    let names = ["ada", "bob", "cy", "dee", "eve", "fay"];
    let world = World::new().people(names).concurrency(4);
    let run = world
        .when("invite ada", [refused(402, "ACCOUNT_SUSPENDED").after(0.1)])
        .when("invite bob", [created("i-bob").after(5.0)])
        .when("invite cy", [never_sent().after(0.05)])
        .when("invite dee", [refused(503, "").after(4.0)])
        .run()
        .await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite bob", "0 invite cy", "0 invite dee"]);
    assert_eq!(
        run.lines(),
        [
            "2 ada failed http 402 ACCOUNT_SUSPENDED x1",
            "3 bob invited i-bob http 201 x1",
            "4 cy not_sent x1",
            "5 dee unknown http 503 x1",
            "6 eve not_sent x0",
            "7 fay not_sent x0",
        ]
    );
    assert_eq!(run.took, 5.0);
    assert_condemned(&run, "402");
}

#[tokio::test(start_paused = true)]
async fn one_401_is_healed_by_repeating_the_request_at_once_and_is_no_attempt() {
    let run = World::new().people(["ada"]).when("invite ada", [refused(401, "UNEXPECTED_ERROR")]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite ada"]);
    assert_eq!((run.line("ada").as_str(), run.exit()), ("invited i-ada http 201 x1", Exit::Success));

    let lapses = [refused(401, ""), reset(), refused(401, "")];
    let run = World::users().people(["ada"]).when("invite ada", lapses).run().await;
    assert_eq!(run.line("ada"), "invited i-ada http 201 x2", "each 401 may be healed that does not follow another");
}

#[tokio::test(start_paused = true)]
async fn a_second_401_in_a_row_condemns_the_run() {
    let world = World::new().people(["ada", "bob"]).concurrency(1);
    let run = world.when("invite ada", vec![refused(401, "UNEXPECTED_ERROR"); 2]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite ada"]);
    assert_eq!(run.lines(), ["2 ada failed http 401 UNEXPECTED_ERROR x1", "3 bob not_sent x0"]);
    assert_condemned(&run, "401");
}

#[tokio::test(start_paused = true)]
async fn a_question_heals_and_condemns_by_401_too() {
    let world = || World::users().people(["ada", "bob"]).concurrency(1).when("invite ada", [refused(409, "ANY")]);
    let run = world().when("find ada", [refused(401, ""), pending("user-1")]).run().await;
    assert_eq!(run.line("ada"), "already_invited user-1 http 409 x1");
    let run = world().when("find ada", vec![refused(401, ""); 2]).run().await;
    assert_eq!(run.fates(), ["ada failed", "bob not_sent"]);
    assert_condemned(&run, "401");
}

#[tokio::test(start_paused = true)]
async fn a_404_condemns_the_run_where_the_organization_is_missing_too_which_is_asked_once() {
    let names = ["ada", "bob", "cy", "dee", "eve"];
    let missing =
        |world: World, name: &&str| world.when(&format!("invite {name}"), [refused(404, "NOT_FOUND").after(0.1)]);
    let world = names[..3].iter().fold(World::new().people(names).concurrency(3), missing);
    let run = world.when("get organization", [refused(404, "ORG_NOT_FOUND").after(0.1)]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite bob", "0 invite cy", "0.1 get organization"]);
    assert_eq!(run.fates(), ["ada failed", "bob failed", "cy failed", "dee not_sent", "eve not_sent"]);
    assert_eq!(run.line("ada"), "failed http 404 NOT_FOUND x1");
    assert_condemned(&run, "404");
}
