//! Answers that end a row, and requests that were never sent.

use super::script::*;
use super::world::{World, backoff};
use crate::model::exit::Exit;

#[tokio::test(start_paused = true)]
async fn a_2xx_with_an_id_is_invited() {
    for world in [World::new(), World::users()] {
        let run = world.people(["ada"]).when("invite ada", [created("id-1").after(0.25)]).run().await;
        assert_eq!(run.requests, ["0 invite ada"]);
        assert_eq!(run.line("ada"), "invited id-1 http 201 x1");
        assert_eq!((run.elapsed("ada"), run.halt(), run.exit()), (0.25, None, Exit::Success));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unsent_request_is_retried_without_a_look_up() {
    let run = World::new().people(["ada"]).when("invite ada", [never_sent(), never_sent()]).run().await;
    let [first, second, ..] = backoff()[..] else { panic!() };
    assert_eq!(
        run.requests,
        ["0 invite ada".to_owned(), format!("{first} invite ada"), format!("{second} invite ada")]
    );
    assert_eq!(run.line("ada"), "invited i-ada http 201 x3");
}

#[tokio::test(start_paused = true)]
async fn a_request_unsent_in_five_attempts_failed() {
    let run = World::new().people(["ada"]).when("invite ada", vec![never_sent(); 5]).run().await;
    assert_eq!(run.requests.len(), 5);
    assert_eq!(run.took, backoff()[3], "no delay follows the last failure");
    assert_eq!(run.line("ada"), "failed CONNECTION_FAILED x5");
    assert_eq!((run.halt(), run.exit()), (None, Exit::RowsNeedALook));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_row_fails_it_at_once() {
    for (status, code) in [
        (400, "INVALID_ENUM_VALUE"),
        (400, "INVALID_EMAIL_ADDRESS"),
        (403, "USER_ORGS_RESTRICTED"),
        (411, "ANY_NAME_AT_ALL"),
        (422, "ANY_NAME_AT_ALL"),
    ] {
        let run = World::new().people(["ada", "bob"]).when("invite ada", [refused(status, code)]).run().await;
        assert_eq!(run.requests, ["0 invite ada", "0 invite bob"], "{status} {code}");
        assert_eq!(run.line("ada"), format!("failed http {status} {code} x1"));
        assert_eq!(run.detail("ada"), "Atlas said so");
        assert_eq!(run.line("bob"), "invited i-bob http 201 x1");
        assert_eq!((run.halt(), run.exit()), (None, Exit::RowsNeedALook));
    }
}

const PERHAPS_THERE: [(u16, &str); 3] = [(409, "ANY_NAME_AT_ALL"), (400, "ANY_NAME_AT_ALL"), (400, "")];

#[tokio::test(start_paused = true)]
async fn a_conflict_fails_its_row_if_no_person_is_found() {
    for (status, code) in PERHAPS_THERE {
        let run = World::new().people(["ada"]).when("invite ada", [refused(status, code)]).run().await;
        assert_eq!(run.requests, ["0 invite ada", "0 find ada", "0 find invites of ada"]);
        let code = if code.is_empty() { "HTTP_ERROR" } else { code };
        assert_eq!(run.line("ada"), format!("failed http {status} {code} x1"));
        assert_eq!((run.halt(), run.exit()), (None, Exit::RowsNeedALook));
    }
    let run = World::new().people(["ada"]).when("invite ada", [page(400)]).run().await;
    assert_eq!(run.requests.len(), 3, "an error page is not a known refusal");
}

#[tokio::test(start_paused = true)]
async fn a_conflict_with_a_pending_invite_names_that_invite() {
    for (status, code) in PERHAPS_THERE {
        let run = World::new()
            .people(["ada"])
            .when("invite ada", [refused(status, code)])
            .when("find ada", [pending("user-9")])
            .when("find invites of ada", [pending("invite-9")])
            .run()
            .await;
        assert_eq!(run.line("ada"), format!("already_invited invite-9 http {status} x1"));
        assert_eq!(run.exit(), Exit::Success);
    }
    let world = World::users().people(["ada"]).when("invite ada", [refused(409, "ANY")]);
    let run = world.when("find ada", [pending("user-9")]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 find ada"], "the users endpoint has no separate invites");
    assert_eq!(run.line("ada"), "already_invited user-9 http 409 x1");
}

#[tokio::test(start_paused = true)]
async fn a_conflict_with_a_member_is_already_member() {
    for world in [World::new(), World::users()] {
        let world = world.people(["ada"]).when("invite ada", [refused(409, "ANY")]).when("find ada", [member()]);
        let run = world.run().await;
        assert_eq!(run.requests, ["0 invite ada", "0 find ada"]);
        assert_eq!((run.line("ada").as_str(), run.exit()), ("already_member http 409 x1", Exit::Success));
    }
}

#[tokio::test(start_paused = true)]
async fn a_404_fails_its_row_if_the_organization_exists() {
    let names = ["ada", "bob", "cy", "dee", "eve"];
    let missing =
        |world: World, name| world.when(&format!("invite {name}"), [refused(404, "TEAM_NOT_FOUND").after(0.1)]);
    let world = names.into_iter().fold(World::new().people(names).concurrency(2), missing);
    let run = world.when("get organization", [organization().after(0.1)]).run().await;
    let look_ups = run.requests.iter().filter(|request| request.ends_with("get organization"));
    assert_eq!(look_ups.collect::<Vec<_>>(), ["0.1 get organization"]);
    assert_eq!(run.requests.len(), names.len() + 1);
    for name in names {
        assert_eq!(run.line(name), "failed http 404 TEAM_NOT_FOUND x1");
    }
    assert_eq!((run.halt(), run.exit()), (None, Exit::RowsNeedALook));
}
