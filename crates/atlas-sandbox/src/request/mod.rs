//! What a request asks for: path, method, version and query.

pub(crate) mod query;
pub(crate) mod route;
pub(crate) mod version;
