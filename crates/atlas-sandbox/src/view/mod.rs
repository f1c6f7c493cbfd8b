//! The JSON of each resource, with its keys in Atlas's order.

pub(crate) mod limits;
pub(crate) mod organization;
pub(crate) mod users;
