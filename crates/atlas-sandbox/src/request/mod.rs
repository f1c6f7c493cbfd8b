//! The parts of a request: path and method, version, query.

pub(crate) mod operation;
pub(crate) mod query;
pub(crate) mod route;
pub(crate) mod version;
