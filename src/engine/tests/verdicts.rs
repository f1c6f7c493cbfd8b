//! Answers that end a row, and requests that were never sent.

use super::script::*;
use super::world::{World, backoff};
use crate::atlas::api::Grants;
use crate::model::exit::Exit;
use crate::model::invitation::{OrgRole, OrgRoles};

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
async fn a_400_fails_its_row_if_no_person_is_found() {
    for code in ["ANY_NAME_AT_ALL", ""] {
        let run = World::new().people(["ada"]).when("invite ada", [refused(400, code)]).run().await;
        assert_eq!(run.requests, ["0 invite ada", "0 find ada", "0 find invites of ada"]);
        let code = if code.is_empty() { "HTTP_ERROR" } else { code };
        assert_eq!(run.line("ada"), format!("failed http 400 {code} x1"));
        assert_eq!((run.halt(), run.exit()), (None, Exit::RowsNeedALook));
    }
}

#[tokio::test(start_paused = true)]
async fn a_409_is_looked_up_until_the_person_is_listed() {
    let world = || World::users().people(["ada"]).when("invite ada", [refused(409, "ANY")]);
    let run = world().when("find ada", [absent(), absent(), pending("user-9")]).run().await;
    assert_eq!(run.requests.len(), 4);
    assert_eq!(run.line("ada"), "already_invited user-9 http 409 x1");
    let run = world().run().await;
    assert_eq!(run.requests.last().unwrap(), "30 find ada", "the lists may lag for the settling delay");
    assert_eq!(run.line("ada"), "unknown http 409 ANY x1");
    assert_eq!(run.exit(), Exit::RowsNeedALook);
    let run = world().when("find ada", [absent(), pending("user-9").under("bob")]).run().await;
    assert!(run.requests.len() > 3, "a list with other people shows nothing");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_to_be_tried_again_is_looked_up_first() {
    let again = || refused_saying(400, "DEFAULT_CONFIG_LIMIT_EXCEPTION", "Please try again later.");
    let run = World::users().people(["ada"]).when("invite ada", [again()]).run().await;
    let delay = backoff()[0];
    assert_eq!(run.requests, ["0 invite ada".into(), format!("{delay} find ada"), format!("{delay} invite ada")]);
    assert_eq!(run.line("ada"), "invited i-ada http 201 x2");
    let found = World::users().people(["ada"]).when("invite ada", [again()]).when("find ada", [pending("user-9")]);
    assert_eq!(found.run().await.line("ada"), "already_invited user-9 http 400 x1", "nothing was processed");
}

#[tokio::test(start_paused = true)]
async fn an_answer_for_another_address_is_never_sent_again() {
    let world = || World::users().people(["ada"]).when("invite ada", [created("id-1").for_another("bob")]);
    let run = world().run().await;
    assert_eq!(run.requests, ["0 invite ada", "30 find ada"]);
    assert_eq!((run.line("ada").as_str(), run.exit()), ("unknown http 201 OTHER_USERNAME x1", Exit::RowsNeedALook));
    let run = world().when("find ada", [pending("user-1")]).run().await;
    assert_eq!(run.line("ada"), "invited user-1 http 201 x1");
}

#[tokio::test(start_paused = true)]
async fn an_invite_that_grants_less_needs_attention() {
    let lacking = || Grants { roles: OrgRoles::from_iter([OrgRole::Member]), ..Grants::default() };
    let run = World::new().people(["ada", "bob"]).when("invite ada", [created("id-1").lacking(lacking())]).run().await;
    assert_eq!(run.lines(), ["2 ada invited id-1 http 201 NOT_AS_ASKED x1", "3 bob invited i-bob http 201 x1"]);
    insta::assert_snapshot!(run.detail("ada"), @"does not have role ORG_MEMBER");
    assert_eq!(run.exit(), Exit::RowsNeedALook);
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
async fn a_403_fails_its_row_if_the_organization_exists() {
    let world = World::new().people(["ada", "bob"]).when("invite ada", [refused(403, "ANY_NAME_AT_ALL")]);
    let run = world.run().await;
    assert_eq!(run.lines(), ["2 ada failed http 403 ANY_NAME_AT_ALL x1", "3 bob invited i-bob http 201 x1"]);
    assert_eq!((run.halt(), run.exit()), (None, Exit::RowsNeedALook));
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
