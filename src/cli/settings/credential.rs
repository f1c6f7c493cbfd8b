//! Credentials in the environment, and the rule that both halves of a pair must be set in the same place.

use bulk_invite::atlas::Credential;
use secrecy::SecretString;
use thiserror::Error;

use super::source::{ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, PRIVATE_API_KEY, PUBLIC_API_KEY, Source, Variables};

/// A pair of settings that form a credential, of which one is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{set} is set, but {missing} is not; set both or neither")]
pub(crate) struct HalfPair {
    pub(super) set: &'static str,
    pub(super) missing: &'static str,
}

/// Returns the first credential that is set: token, service account, keys.
pub(super) fn in_environment(variable: Variables<'_>) -> Result<Option<(Credential, Source)>, HalfPair> {
    if let Some(token) = variable(ACCESS_TOKEN) {
        let source = Source::Environment(ACCESS_TOKEN);
        return Ok(Some((Credential::Token(token.into()), source)));
    }
    let id = (CLIENT_ID, variable(CLIENT_ID));
    let secret = (CLIENT_SECRET, variable(CLIENT_SECRET).map(SecretString::from));
    if let Some((client_id, client_secret)) = pair(id, secret)? {
        let source = Source::Environment("MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET");
        return Ok(Some((Credential::ServiceAccount { client_id, client_secret }, source)));
    }
    let either = |first: &str, second: &str| variable(first).or_else(|| variable(second));
    let public = either(PUBLIC_API_KEY, "MONGODB_ATLAS_PUBLIC_KEY");
    let private = either(PRIVATE_API_KEY, "MONGODB_ATLAS_PRIVATE_KEY").map(SecretString::from);
    let keys = pair((PUBLIC_API_KEY, public), (PRIVATE_API_KEY, private))?;
    let source = Source::Environment("MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY");
    Ok(keys.map(|(public, private)| (Credential::ApiKey { public, private }, source)))
}

/// Returns both values, or `None` if neither is set. Each comes with its name.
pub(super) fn pair<A, B>(
    first: (&'static str, Option<A>),
    second: (&'static str, Option<B>),
) -> Result<Option<(A, B)>, HalfPair> {
    match (first, second) {
        ((_, Some(first)), (_, Some(second))) => Ok(Some((first, second))),
        ((_, None), (_, None)) => Ok(None),
        ((set, Some(_)), (missing, None)) | ((missing, None), (set, Some(_))) => Err(HalfPair { set, missing }),
    }
}
