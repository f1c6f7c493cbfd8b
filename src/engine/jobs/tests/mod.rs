//! Tables of the decisions about a row: by the line of an earlier run, the people present, and the conditions.

mod invite;
mod revoke;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Conditions, Decision};
use crate::atlas::api::{Api, Grants, Invite, Membership, Person};
use crate::engine::worker::Task;
use crate::model::outcome::Outcome;
use crate::model::reason::{ErrorCode, RowReason};
use crate::model::status::Status;
use crate::plan::directory::Directory;
use crate::results::Line;

const EMAIL: &str = "ada@example.com";
const OURS: &str = "00000000000000000000000a";
const THEIRS: &str = "00000000000000000000000b";

fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

fn hours(hours: i64) -> Timestamp {
    now() + SignedDuration::from_hours(hours)
}

/// Returns conditions under which anything may be sent and looked up.
fn conditions() -> Conditions {
    Conditions {
        now: now(),
        server_now: now(),
        knows_server_time: true,
        withheld: None,
        may_ask: true,
        api: Api::Invites,
        reinvite_expired: false,
        fresh: false,
        timeout: Duration::from_secs(30),
        settle: Duration::from_secs(60),
    }
}

fn withheld(reason: RowReason) -> Conditions {
    let may_ask = matches!(reason, RowReason::BeyondLimit);
    Conditions { withheld: Some(reason), may_ask, ..conditions() }
}

/// Returns a line that an earlier run wrote an hour ago.
fn line(status: Status, invite: &str, expires_at: Option<Timestamp>) -> Line {
    let invite_id = (!invite.is_empty()).then(|| invite.to_owned());
    let outcome = Outcome { invite_id, expires_at, attempts: 1, ..Outcome::new(status, hours(-1)) };
    Line { row: Some(2), email: EMAIL.to_owned(), org_id: String::new(), outcome, cells: Vec::new() }
}

fn with_member(grants: Grants) -> Directory {
    let mut directory = Directory::new();
    let (id, email, membership) = ("user".to_owned(), EMAIL.to_owned(), Membership::Active);
    directory.add_person(Person {
        id,
        email,
        membership,
        invited_at: None,
        expires_at: None,
        invited_by: None,
        grants,
    });
    directory
}

fn with_invite(id: &str) -> Directory {
    let mut directory = Directory::new();
    let (id, email, grants) = (id.to_owned(), EMAIL.to_owned(), Grants::default());
    directory.add_invite(Invite { id, email, created_at: None, expires_at: None, invited_by: None, grants });
    directory
}

/// Returns the short form of a decision: `keep invited PERSON_GONE departed`, `settle not_sent DRY_RUN`, `send`,
/// `resolve, then send`.
fn shown(decision: &Decision) -> String {
    let outcome = |outcome: &Outcome| {
        let code = outcome.error_code.as_ref().map(ErrorCode::as_str).unwrap_or_default();
        format!("{} {code}", outcome.status.as_str()).trim_end().to_owned()
    };
    match decision {
        Decision::Keep { outcome: kept, departed } => {
            format!("keep {}{}", outcome(kept), if *departed { " departed" } else { "" })
        }
        Decision::Settle(settled) => format!("settle {}", outcome(settled)),
        Decision::Send(work) => match (&work.task, work.unresolved.is_some()) {
            (Task::Invite { only_resolve: None }, false) => "send".to_owned(),
            (Task::Invite { only_resolve: None }, true) => "resolve, then send".to_owned(),
            (Task::Invite { only_resolve: Some(reason) }, _) => format!("resolve, then {}", reason.code()),
            (Task::Revoke { tried, .. }, unresolved) => {
                let what = if unresolved { "find, then cancel" } else { "cancel" };
                format!("{what}{}", if tried.is_some() { ", tried before" } else { "" })
            }
        },
    }
}
