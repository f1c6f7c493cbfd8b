//! JSON lines: events of a run as objects with `event` and `time`.

use std::time::Duration;

use bulk_invite::engine::Event;
use bulk_invite::report::announcement;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Returns the object as a line, with the current time.
pub(super) fn line(mut object: Value) -> String {
    object["time"] = Timestamp::now().to_string().into();
    object.to_string()
}

/// Returns the event as an object; `None` for events that have no object of their own.
pub(super) fn event(event: &Event<'_>) -> Option<Value> {
    let millis = |duration: &Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Some(match event {
        Event::Sending { row, attempt } => json!({"event": "attempt", "row": row, "attempt": attempt}),
        Event::Waiting { row, why, delay } => {
            json!({"event": "wait", "row": row, "why": why, "delay_ms": millis(delay)})
        }
        Event::Settled { row, email, outcome, kept } => json!({
            "event": "outcome",
            "row": row,
            "email": email,
            "status": outcome.status.as_str(),
            "invite_id": outcome.invite_id,
            "http_status": outcome.http_status,
            "error_code": outcome.error_code,
            "error_detail": outcome.error_detail,
            "attempts": outcome.attempts,
            "kept": kept,
        }),
        Event::Stopping { halt } => {
            json!({"event": "halt", "reason": halt.reason().as_str(), "why": announcement(halt)})
        }
        Event::Blocked { organization, blocked } => json!({
            "event": "halt",
            "org_id": organization,
            "reason": blocked.reason.code(),
            "why": blocked.to_string(),
        }),
        Event::Learned { .. } | Event::Progress(_) | Event::Unwritten { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use bulk_invite::model::{Blocked, BlockedReason, Halt, ObjectId};

    use super::*;

    #[test]
    fn a_halt_has_the_code_of_its_reason() {
        let halt = event(&Event::Stopping { halt: &Halt::Declined }).unwrap();
        assert_eq!((&halt["event"], &halt["reason"]), (&"halt".into(), &"interrupted".into()));
        let blocked = Blocked::new(BlockedReason::Full, "");
        let halt = event(&Event::Blocked { organization: ObjectId::ZERO, blocked: &blocked }).unwrap();
        assert_eq!((&halt["event"], &halt["reason"]), (&"halt".into(), &"ORGANIZATION_FULL".into()));
        assert_eq!(halt["org_id"], ObjectId::ZERO.to_string());
    }

    #[test]
    fn a_line_is_one_object_with_the_time() {
        let line: Value = serde_json::from_str(&line(json!({"event": "note"}))).unwrap();
        assert!(line["time"].as_str().unwrap().parse::<Timestamp>().is_ok());
    }
}
