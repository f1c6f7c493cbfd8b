//! The explanations of a check: what each person gets, and from where.

use std::borrow::Cow;

use serde::Serialize;

use super::safe;
use crate::plan::{Explanation, Grant, GrantKind, Origin};
use crate::report::escaped;

/// The status of an explanation in the CSV of a check.
const EXPLAINED: &str = "explained";

/// Returns an explanation as a line of text, without a line feed.
pub fn explanation_text(explanation: &Explanation) -> String {
    let Explanation { row, email, grants } = explanation;
    format!("row {row}, {}: {}", escaped(email), escaped(&described(grants)))
}

/// Returns the cells of an explanation for the columns of a check.
pub fn explanation_record(explanation: &Explanation) -> [Cow<'_, str>; 6] {
    let Explanation { row, email, grants } = explanation;
    let detail = safe(&described(grants)).into_owned().into();
    [row.to_string().into(), safe(email), EXPLAINED.into(), "".into(), "".into(), detail]
}

fn described(grants: &[Grant]) -> String {
    let origin = |origin: &Origin| match origin {
        Origin::Sheet => "sheet".to_owned(),
        Origin::Rule(row) => format!("map row {row}"),
        Origin::Default => "default".to_owned(),
    };
    let grant = |Grant { kind, name, origins }: &Grant| {
        let kind = match kind {
            GrantKind::Role => "",
            GrantKind::Team => "team ",
            GrantKind::Project => "project ",
        };
        let origins = origins.iter().map(origin).collect::<Vec<_>>().join(", ");
        format!("{kind}{name} ({origins})")
    };
    grants.iter().map(grant).collect::<Vec<_>>().join("; ")
}

#[derive(Serialize)]
pub(super) struct ExplanationJson<'a> {
    email: &'a str,
    grants: Vec<GrantJson<'a>>,
    row: u32,
}

#[derive(Serialize)]
struct GrantJson<'a> {
    kind: &'static str,
    name: &'a str,
    origins: Vec<OriginJson>,
}

#[derive(Serialize)]
struct OriginJson {
    from: &'static str,
    row: Option<u32>,
}

impl<'a> From<&'a Explanation> for ExplanationJson<'a> {
    fn from(Explanation { row, email, grants }: &'a Explanation) -> Self {
        let origin = |origin: &Origin| match *origin {
            Origin::Sheet => OriginJson { from: "sheet", row: None },
            Origin::Rule(row) => OriginJson { from: "map", row: Some(row) },
            Origin::Default => OriginJson { from: "default", row: None },
        };
        let grant = |Grant { kind, name, origins }: &'a Grant| GrantJson {
            kind: match kind {
                GrantKind::Role => "role",
                GrantKind::Team => "team",
                GrantKind::Project => "project",
            },
            name,
            origins: origins.iter().map(origin).collect(),
        };
        Self { email, grants: grants.iter().map(grant).collect(), row: *row }
    }
}
