//! Answers after which no row can succeed: the run halts once the requests in flight have ended, and sends nothing
//! more.

use super::script::*;
use super::world::{Run, World};
use crate::model::exit::Exit;
use crate::model::reason::{BlockedReason, Halt, StopReason};

fn assert_blocked(run: &Run, why: BlockedReason) {
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::OrganizationBlocked), Exit::Halted), "{why:?}");
    let Some(Halt::OrganizationBlocked(blocked)) = &run.summary.as_ref().unwrap().halt else { panic!("{why:?}") };
    assert_eq!(blocked.reason, why, "{blocked}");
}

#[tokio::test(start_paused = true)]
async fn a_blocking_answer_fails_its_row_and_stops_the_run() {
    let mut replies: Vec<(u16, &str, Reply, BlockedReason)> = [
        (402, "ACCOUNT_SUSPENDED", BlockedReason::Suspended),
        (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", BlockedReason::AccessList),
        (403, "USER_UNAUTHORIZED", BlockedReason::Forbidden),
        (405, "ANY_NAME_AT_ALL", BlockedReason::EndpointGone),
        (406, "INVALID_VERSION_DATE", BlockedReason::EndpointGone),
        (407, "", BlockedReason::Proxy),
        (410, "VERSION_GONE", BlockedReason::EndpointGone),
        (400, "MAX_USERS_PER_ORG_EXCEEDED", BlockedReason::Full),
    ]
    .map(|(status, code, why)| (status, code, refused(status, code), why))
    .into();
    replies.extend([301, 302, 307, 308].map(|status| (status, "", page(status), BlockedReason::UnexpectedAnswer)));
    for (status, code, reply, why) in replies {
        let run = World::new().people(["ada", "bob", "cy"]).concurrency(1).when("invite ada", [reply]).run().await;
        assert_eq!(run.requests, ["0 invite ada"], "{status} {code}");
        let code = if code.is_empty() { "HTTP_ERROR" } else { code };
        assert_eq!(run.line("ada"), format!("failed http {status} {code} x1"));
        for name in ["bob", "cy"] {
            assert_eq!(run.line(name), "not_sent ORGANIZATION_BLOCKED x0");
        }
        assert_blocked(&run, why);
    }
}

#[tokio::test(start_paused = true)]
async fn a_blocked_run_only_waits_for_requests_in_flight() {
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
            "4 cy not_sent ORGANIZATION_BLOCKED x1",
            "5 dee unknown http 503 ORGANIZATION_BLOCKED x1",
            "6 eve not_sent ORGANIZATION_BLOCKED x0",
            "7 fay not_sent ORGANIZATION_BLOCKED x0",
        ]
    );
    assert_eq!(run.took, 5.0);
    assert_blocked(&run, BlockedReason::Suspended);
}

#[tokio::test(start_paused = true)]
async fn a_single_401_is_retried_at_once_and_is_not_an_attempt() {
    let run = World::new().people(["ada"]).when("invite ada", [refused(401, "UNEXPECTED_ERROR")]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite ada"]);
    assert_eq!((run.line("ada").as_str(), run.exit()), ("invited i-ada http 201 x1", Exit::Success));

    let separate = [refused(401, ""), reset(), refused(401, "")];
    let run = World::users().people(["ada"]).when("invite ada", separate).run().await;
    assert_eq!(run.line("ada"), "invited i-ada http 201 x2", "each 401 that does not follow another is retried");
}

#[tokio::test(start_paused = true)]
async fn a_second_401_in_a_row_blocks_the_run() {
    let world = World::new().people(["ada", "bob"]).concurrency(1);
    let run = world.when("invite ada", vec![refused(401, "UNEXPECTED_ERROR"); 2]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite ada"]);
    assert_eq!(run.lines(), ["2 ada failed http 401 UNEXPECTED_ERROR x1", "3 bob not_sent ORGANIZATION_BLOCKED x0"]);
    assert_blocked(&run, BlockedReason::Unauthorized);
}

#[tokio::test(start_paused = true)]
async fn a_401_after_an_invitation_means_revoked_credentials() {
    let world = World::new().people(["ada", "bob", "cy"]).concurrency(1);
    let run = world.when("invite bob", vec![refused(401, "UNEXPECTED_ERROR"); 2]).run().await;
    assert_eq!(run.statuses(), ["ada invited", "bob failed", "cy not_sent"]);
    assert_blocked(&run, BlockedReason::Revoked);
    assert_eq!(BlockedReason::Revoked.code(), BlockedReason::Unauthorized.code());
}

#[tokio::test(start_paused = true)]
async fn a_401_to_a_look_up_is_retried_once_too() {
    let world = || World::users().people(["ada", "bob"]).concurrency(1).when("invite ada", [refused(409, "ANY")]);
    let run = world().when("find ada", [refused(401, ""), pending("user-1")]).run().await;
    assert_eq!(run.line("ada"), "already_invited user-1 http 409 x1");
    let run = world().when("find ada", vec![refused(401, ""); 2]).run().await;
    assert_eq!(run.statuses(), ["ada failed", "bob not_sent"]);
    assert_blocked(&run, BlockedReason::Unauthorized);
}

#[tokio::test(start_paused = true)]
async fn a_404_blocks_the_run_if_the_organization_is_missing() {
    let names = ["ada", "bob", "cy", "dee", "eve"];
    let missing =
        |world: World, name: &&str| world.when(&format!("invite {name}"), [refused(404, "NOT_FOUND").after(0.1)]);
    let world = names[..3].iter().fold(World::new().people(names).concurrency(3), missing);
    let run = world.when("get organization", [refused(404, "ORG_NOT_FOUND").after(0.1)]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite bob", "0 invite cy", "0.1 get organization"]);
    assert_eq!(run.statuses(), ["ada failed", "bob failed", "cy failed", "dee not_sent", "eve not_sent"]);
    assert_eq!(run.line("ada"), "failed http 404 NOT_FOUND x1");
    assert_blocked(&run, BlockedReason::NotFound);
}
