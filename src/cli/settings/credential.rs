//! Credentials in the environment, and the rule that half a pair is a mistake wherever it is set.

use bulk_invite::atlas::Credential;
use secrecy::SecretString;
use thiserror::Error;

use super::source::{Source, Variables};

/// Two settings that only make a credential together, of which one is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{set} is set and {missing} is not; set both, or neither")]
pub(crate) struct HalfPair {
    pub(super) set: &'static str,
    pub(super) missing: &'static str,
}

/// Returns the first credential that is set: token, service account, keys.
pub(super) fn in_environment(variable: Variables<'_>) -> Result<Option<(Credential, Source)>, HalfPair> {
    if let Some(token) = variable("MONGODB_ATLAS_ACCESS_TOKEN") {
        let source = Source::Environment("MONGODB_ATLAS_ACCESS_TOKEN");
        return Ok(Some((Credential::Token(token.into()), source)));
    }
    let id = ("MONGODB_ATLAS_CLIENT_ID", variable("MONGODB_ATLAS_CLIENT_ID"));
    let secret = ("MONGODB_ATLAS_CLIENT_SECRET", variable("MONGODB_ATLAS_CLIENT_SECRET").map(SecretString::from));
    if let Some((client_id, client_secret)) = pair(id, secret)? {
        let source = Source::Environment("MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET");
        return Ok(Some((Credential::ServiceAccount { client_id, client_secret }, source)));
    }
    let either = |first: &str, second: &str| variable(first).or_else(|| variable(second));
    let public = either("MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PUBLIC_KEY");
    let private = either("MONGODB_ATLAS_PRIVATE_API_KEY", "MONGODB_ATLAS_PRIVATE_KEY").map(SecretString::from);
    let keys = pair(("MONGODB_ATLAS_PUBLIC_API_KEY", public), ("MONGODB_ATLAS_PRIVATE_API_KEY", private))?;
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
