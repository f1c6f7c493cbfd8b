//! The name of an organization in messages.

use super::escaped;
use crate::model::invitation::ObjectId;

/// Returns the name with the id, `Example Corp (32b6...)`, or the id alone if the name is not known.
pub fn organization(id: ObjectId, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{} ({id})", escaped(name)),
        None => format!("organization {id}"),
    }
}
