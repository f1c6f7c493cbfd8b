//! The client's requests and the sandbox's answers, held against the OpenAPI document that MongoDB publishes.
//!
//! The document is not part of this repository: `ATLAS_OPENAPI` names it, whole or cut down to the endpoints in use, and
//! without the variable there is nothing to hold anything against. The client and the sandbox share no code, but the same
//! people wrote both; this is the third opinion.
//!
//! - `document` finds what the document says of a request, `schemas` makes JSON Schema of its schemas;
//! - `check` holds one exchange against it and tells what does not fit, `oauth` does so for the token endpoints, which the
//!   document only names;
//! - `exemptions` lists what the document omits or contradicts; an exemption that nothing needs is a failure too;
//! - `client` and `sandbox` are the tests, `exchange` is what they look at.

mod check;
mod client;
mod document;
mod exchange;
mod exemptions;
mod oauth;
mod sandbox;
mod schemas;

use std::io::Write;

use self::document::Document;

/// The document, if there is one to test against.
fn document() -> Option<Document> {
    let Some(path) = std::env::var_os("ATLAS_OPENAPI") else {
        // Written past the capture of the test harness, so that nobody takes this for a test that ran.
        let _ = writeln!(std::io::stderr(), "skipped: ATLAS_OPENAPI names no OpenAPI document to test against");
        return None;
    };
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("ATLAS_OPENAPI={}: {error}", path.display()));
    Some(Document::new(serde_json::from_slice(&text).expect("ATLAS_OPENAPI is a JSON document")))
}
