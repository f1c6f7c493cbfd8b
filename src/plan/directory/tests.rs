use super::*;
use crate::atlas::api::Grants;
use crate::model::invitation::{OrgRole, OrgRoles};

fn id(n: u8) -> ObjectId {
    format!("{n:024x}").parse().unwrap()
}

fn named(n: u8, name: &str) -> Named {
    Named { id: id(n), name: name.to_owned() }
}

fn person(email: &str, membership: Membership) -> Person {
    Person {
        id: "user".to_owned(),
        email: email.to_owned(),
        membership,
        invited_at: None,
        expires_at: None,
        invited_by: None,
        grants: Grants { roles: OrgRoles::from_iter([OrgRole::Member]), ..Grants::default() },
    }
}

fn invite(email: &str) -> Invite {
    Invite {
        id: "invite".to_owned(),
        email: email.to_owned(),
        created_at: None,
        expires_at: None,
        invited_by: None,
        grants: Grants::default(),
    }
}

fn teams() -> Directory {
    let mut directory = Directory::new();
    for team in
        [named(1, "Backend"), named(2, " Data Platform "), named(3, "Ops"), named(4, "OPS"), named(1, "Backend")]
    {
        directory.add_team(team);
    }
    directory
}

#[test]
fn a_name_or_id_is_found_in_any_case() {
    let directory = teams();
    for (text, found) in [
        ("Backend", Ok(id(1))),
        (" bACKEND ", Ok(id(1))),
        ("data platform", Ok(id(2))),
        ("000000000000000000000002", Ok(id(2))),
        ("OPS", Ok(id(4))),
        ("ops", Err(NoMatch::Ambiguous(vec![id(3), id(4)]))),
        ("Legal", Err(NoMatch::Unknown)),
        ("000000000000000000000009", Err(NoMatch::Unknown)),
    ] {
        assert_eq!(directory.team(text), found, "{text}");
    }
    assert_eq!(directory.project("Backend"), Err(NoMatch::Unknown));
    assert_eq!(directory.team_name(&id(2)), Some("Data Platform"));
}

#[test]
fn the_most_similar_name_comes_first() {
    let directory = teams();
    for (name, similar) in [
        ("Backed", &["Backend"][..]),
        (" opz", &["OPS", "Ops"]),
        ("dataplatform", &["Data Platform"]),
        ("Legal", &[]),
        (&"Backend".repeat(100), &[]),
    ] {
        assert_eq!(directory.similar_teams(name), similar, "{name}");
    }
    assert!(directory.similar_projects("Backed").is_empty());
}

#[test]
fn offline_every_id_exists_and_every_name_has_one() {
    let directory = Directory::offline();
    assert_eq!(directory.team("000000000000000000000009"), Ok(id(9)));
    let billing = directory.project("billing");
    assert_eq!(directory.project(" Billing"), billing);
    assert_ne!(directory.project("warehouse"), billing);
    assert_eq!(directory.project("00000000000000000000009"), Err(NoMatch::Unknown), "an id with a digit missing");
}

#[test]
fn people_are_found_by_address_in_any_case() {
    let mut directory = Directory::new();
    directory.add_person(person("Ada.Lovelace@Example.com", Membership::Active));
    directory.add_person(person("gone@example.com", Membership::Expired));
    directory.add_invite(invite(""));
    assert!(matches!(directory.presence(" ada.lovelace@EXAMPLE.com"), Some(Presence::Member { .. })));
    assert_eq!(directory.presence("gone@example.com"), None);
    assert_eq!(directory.presence(""), None);
    assert_eq!(directory.seats_used(), 1);
}

#[test]
fn a_pending_person_has_the_id_of_the_invite_in_any_order() {
    for invite_first in [false, true] {
        let mut directory = Directory::new();
        if invite_first {
            directory.add_invite(invite("a@example.com"));
        }
        directory.add_person(person("a@example.com", Membership::Pending));
        if !invite_first {
            directory.add_invite(invite("A@example.com"));
        }
        let Some(Presence::Invited { invite_id, .. }) = directory.presence("a@example.com") else { panic!() };
        assert_eq!(invite_id, "invite");
        assert_eq!(directory.seats_used(), 1);
    }
}

#[test]
fn a_member_with_an_old_invite_is_a_member() {
    for invite_first in [false, true] {
        let mut directory = Directory::new();
        if invite_first {
            directory.add_invite(invite("a@example.com"));
        }
        directory.add_person(person("a@example.com", Membership::Active));
        if !invite_first {
            directory.add_invite(invite("a@example.com"));
        }
        assert!(matches!(directory.presence("a@example.com"), Some(Presence::Member { .. })));
    }
}

#[test]
fn folding_an_address_twice_changes_nothing() {
    for (email, folded) in [
        ("A@Example.com", "a@example.com"),
        ("ZOË@example.com", "zoë@example.com"),
        ("ΝΊΚΟΣ@example.com", "νίκοσ@example.com"),
        ("İ@example.com", "i\u{307}@example.com"),
    ] {
        assert_eq!(fold_email(email), folded);
        assert_eq!(fold_email(folded), folded);
    }
}
