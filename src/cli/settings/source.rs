//! The origins of settings.

/// An origin of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Flag,
    Environment(&'static str),
    Profile,
    AtlasCli,
    Default,
}

/// A function that looks up a variable of the environment.
pub(crate) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Returns a variable of the process's environment, unless it is empty.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

pub(super) const ORG_ID: &str = "MONGODB_ATLAS_ORG_ID";
pub(super) const BASE_URL: &str = "MONGODB_ATLAS_BASE_URL";
pub(super) const ACCESS_TOKEN: &str = "MONGODB_ATLAS_ACCESS_TOKEN";
pub(super) const CLIENT_ID: &str = "MONGODB_ATLAS_CLIENT_ID";
pub(super) const CLIENT_SECRET: &str = "MONGODB_ATLAS_CLIENT_SECRET";
pub(super) const PUBLIC_API_KEY: &str = "MONGODB_ATLAS_PUBLIC_API_KEY";
pub(super) const PRIVATE_API_KEY: &str = "MONGODB_ATLAS_PRIVATE_API_KEY";

/// Variables of the account, with descriptions. They take precedence over the profile.
pub(crate) const ACCOUNT_VARIABLES: [(&str, &str); 7] = [
    (ORG_ID, "Organization id, if --org-id is not set."),
    (BASE_URL, "Base URL of Atlas, if --base-url is not set."),
    (CLIENT_ID, "Client id of a service account."),
    (CLIENT_SECRET, "Client secret of the service account."),
    (PUBLIC_API_KEY, "Public key of an API key. MONGODB_ATLAS_PUBLIC_KEY is read too."),
    (PRIVATE_API_KEY, "Private key of the API key. MONGODB_ATLAS_PRIVATE_KEY is read too."),
    (ACCESS_TOKEN, "Access token. It takes precedence over a service account and an API key."),
];
