//! The JSON of each resource, key by key in the order in which Atlas writes it.

pub(crate) mod limits;
pub(crate) mod users;
