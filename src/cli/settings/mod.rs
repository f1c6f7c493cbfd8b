//! From what was typed to what will be done: flags, then the environment, then the profile file, then defaults.
//!
//! The only place that reads the environment for secrets. Nothing here is ever printed.

mod atlas_cli;
mod profile;

use std::fmt;

use bulk_invite::atlas::{BaseUrl, Credential};
use bulk_invite::model::ObjectId;
use secrecy::SecretString;

use self::profile::Profile;
pub(crate) use self::profile::{ProfileFile, SETTINGS};
use crate::cli::args::AccountArgs;

/// Where Atlas is, unless told otherwise.
const ATLAS: &str = "https://cloud.mongodb.com";

/// The variable that says so.
const BASE_URL: &str = "MONGODB_ATLAS_BASE_URL";

/// A mistake in what was typed, set or written; one line that names the remedy.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl UsageError {
    pub(crate) fn new(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Who said what a setting is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Flag,
    Environment(&'static str),
    Profile,
    AtlasCli,
    Default,
}

/// Which organization, where, and with what credential, as far as they are set.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) organization: Option<ObjectId>,
    pub(crate) base_url: BaseUrl,
    pub(crate) credential: Option<Credential>,
    /// The profile's other organizations.
    pub(crate) others: Vec<OtherOrganization>,
    pub(crate) sources: Sources,
}

/// Where an account's parts come from; none where they are not set.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) organization: Option<Source>,
    pub(crate) base_url: Option<Source>,
    pub(crate) credential: Option<Source>,
}

/// An organization that only rows name which are for it.
#[derive(Debug)]
pub(crate) struct OtherOrganization {
    pub(crate) id: ObjectId,
    pub(crate) base_url: BaseUrl,
    pub(crate) credential: Credential,
}

impl Account {
    /// Every organization that there are settings for.
    pub(crate) fn organizations(&self) -> Vec<ObjectId> {
        self.organization.into_iter().chain(self.others.iter().map(|other| other.id)).collect()
    }

    /// Resolves the account from flags, the environment as `variable` tells it, the profile file, and the profile of the
    /// Atlas CLI where one is named.
    pub(crate) fn resolve(args: &AccountArgs, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, UsageError> {
        let file = ProfileFile::load(args, variable)?;
        let place = file.place(args);
        Self::with_profile(args, variable, file.profile, &place)
    }

    fn with_profile(
        args: &AccountArgs,
        variable: &dyn Fn(&str) -> Option<String>,
        mut profile: Profile,
        place: &str,
    ) -> Result<Self, UsageError> {
        let theirs = args.atlas_cli_profile.as_deref().map(|name| atlas_cli::load(name, variable)).transpose()?;
        let theirs = theirs.unwrap_or_default();
        let mut others = std::mem::take(&mut profile.organizations);
        let known = |name: &'static str| variable(name).map(|value| (value, Source::Environment(name)));

        let organization = known("MONGODB_ATLAS_ORG_ID")
            .or(profile.org_id.take().map(|id| (id, Source::Profile)))
            .or(theirs.org_id.clone().map(|id| (id, Source::AtlasCli)));
        let (organization, organization_source) = match (args.org_id, organization) {
            (Some(id), _) => (Some(id), Some(Source::Flag)),
            (None, Some((text, source))) => {
                let id = text.trim().parse();
                let id = id.map_err(|error| UsageError(format!("the organization id {text:?} is {error}")))?;
                (Some(id), Some(source))
            }
            (None, None) => (None, None),
        };

        // Each with how messages call it.
        let flag = args.base_url.clone().map(|url| (url, Source::Flag, "--base-url".to_owned()));
        let told = flag.or_else(|| known(BASE_URL).map(|(url, source)| (url, source, BASE_URL.to_owned())));
        let beside = profile.base_url.take().map(|url| (url, Source::Profile, format!("base_url of {place}")));
        let own_name = |id: &str| format!("base_url of organization {id} in {place}");
        let cli_name = || {
            format!(
                "the base URL of the Atlas CLI's profile {:?}",
                args.atlas_cli_profile.as_deref().unwrap_or_default()
            )
        };
        let base_url = |id: &str, own: Option<String>| -> Result<(BaseUrl, Source), UsageError> {
            let url = told
                .clone()
                .or(own.map(|url| (url, Source::Profile, own_name(id))))
                .or(beside.clone())
                .or(theirs.base_url.clone().map(|url| (url, Source::AtlasCli, cli_name())));
            let (url, source, name) =
                url.unwrap_or_else(|| (ATLAS.to_owned(), Source::Default, "the default".to_owned()));
            // What stands before an @ may be a password.
            let shown = if url.contains('@') { name } else { format!("{name} {url:?}") };
            Ok((url.parse().map_err(|error| UsageError(format!("{shown}: {error}")))?, source))
        };
        // Its own table among the organizations says more than what stands beside them.
        let id = organization.map(|id| id.to_string()).unwrap_or_default();
        let own = others.remove(&id);
        let others = others.into_iter().map(|(id, mut other)| {
            let (url, _) = base_url(&id, other.base_url.take())?;
            other.organization(&id, url)
        });
        let others = others.collect::<Result<_, _>>()?;
        let (base_url, base_url_source) = base_url(&id, own.as_ref().and_then(|own| own.base_url.clone()))?;

        let ours = own.unwrap_or(profile);
        let credential = match credential_in_environment(variable)? {
            Some(credential) => Some(credential),
            None => match ours.credential()? {
                Some(credential) => Some((credential, Source::Profile)),
                None => theirs.credential()?.map(|credential| (credential, Source::AtlasCli)),
            },
        };
        let (credential, credential_source) = credential.unzip();
        let sources = Sources {
            organization: organization_source,
            base_url: Some(base_url_source),
            credential: credential_source,
        };
        Ok(Self { organization, base_url, credential, others, sources })
    }
}

/// The first credential that is there wins: token, service account, keys. Half a pair is an error.
fn credential_in_environment(
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<(Credential, Source)>, UsageError> {
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

fn pair<A, B>(first: (&str, Option<A>), second: (&str, Option<B>)) -> Result<Option<(A, B)>, UsageError> {
    match (first, second) {
        ((_, Some(first)), (_, Some(second))) => Ok(Some((first, second))),
        ((_, None), (_, None)) => Ok(None),
        ((set, Some(_)), (missing, None)) | ((missing, None), (set, Some(_))) => {
            Err(UsageError(format!("{set} is set and {missing} is not; set both, or neither")))
        }
    }
}

/// A variable of the environment that is set to something.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn args() -> AccountArgs {
        AccountArgs {
            org_id: None,
            api: clap::ValueEnum::from_str("invites", false).unwrap(),
            base_url: None,
            config: None,
            profile: "default".into(),
            atlas_cli_profile: None,
        }
    }

    fn resolve(args: &AccountArgs, set: &[(&str, &str)]) -> Result<Account, UsageError> {
        Account::resolve(args, &|name| {
            set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn shown(credential: Option<Credential>) -> String {
        match credential {
            None => "none".into(),
            Some(Credential::Token(token)) => format!("token {}", token.expose_secret()),
            Some(Credential::ServiceAccount { client_id, client_secret }) => {
                format!("account {client_id} {}", client_secret.expose_secret())
            }
            Some(Credential::ApiKey { public, private }) => format!("keys {public} {}", private.expose_secret()),
        }
    }

    #[test]
    fn the_first_credential_wins_and_half_a_pair_is_an_error() {
        let token = ("MONGODB_ATLAS_ACCESS_TOKEN", "t");
        let id = ("MONGODB_ATLAS_CLIENT_ID", "i");
        let secret = ("MONGODB_ATLAS_CLIENT_SECRET", "s");
        let public = ("MONGODB_ATLAS_PUBLIC_KEY", "p");
        let private = ("MONGODB_ATLAS_PRIVATE_API_KEY", "q");
        let credential = |set: &[_]| shown(resolve(&args(), set).unwrap().credential);
        assert_eq!(credential(&[token, id, secret, public, private]), "token t");
        assert_eq!(credential(&[id, secret, public, private]), "account i s");
        assert_eq!(credential(&[public, private]), "keys p q");
        assert_eq!(credential(&[]), "none");
        for half in [id, secret, public, private] {
            let error = resolve(&args(), &[half]).unwrap_err().0;
            assert!(error.contains("is set and") && !error.contains(&format!(" {} ", half.1)), "{error}");
        }
    }

    #[test]
    fn flags_come_before_the_environment_and_that_before_the_profile() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let profile = "[default]\norg_id = \"aaaaaaaaaaaaaaaaaaaaaaaa\"\nbase_url = \"https://profile.example.com\"\n\
                       client_id = \"i\"\nclient_secret = \"s\"\n";
        std::fs::write(&config, profile).unwrap();
        let mut args = AccountArgs { config: Some(config), ..args() };
        let account = resolve(&args, &[]).unwrap();
        assert_eq!(account.organization.unwrap().to_string(), "a".repeat(24));
        assert_eq!(account.base_url.to_string(), "https://profile.example.com");
        assert_eq!(shown(account.credential), "account i s");
        let environment = [
            ("MONGODB_ATLAS_ORG_ID", "bbbbbbbbbbbbbbbbbbbbbbbb"),
            ("MONGODB_ATLAS_BASE_URL", "https://environment.example.com"),
            ("MONGODB_ATLAS_ACCESS_TOKEN", "t"),
        ];
        let account = resolve(&args, &environment).unwrap();
        assert_eq!(account.organization.unwrap().to_string(), "b".repeat(24));
        assert_eq!(account.base_url.to_string(), "https://environment.example.com");
        assert_eq!(shown(account.credential), "token t");
        args.org_id = "c".repeat(24).parse().ok();
        assert_eq!(resolve(&args, &environment).unwrap().organization, args.org_id);
    }

    #[test]
    fn a_mistake_in_the_profile_names_the_line_and_shows_nothing_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        std::fs::write(&config, "[default]\nclient_id = \"i\"\nclient_secret = hush-hush\n").unwrap();
        let error = resolve(&AccountArgs { config: Some(config), ..args() }, &[]).unwrap_err().0;
        assert!(error.contains("line 3") && !error.contains("hush"), "{error}");
    }

    #[test]
    fn a_profile_may_hold_credentials_for_several_organizations() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let (one, other) = ("32b6e34b3d91647abb20e7b8", "42b6e34b3d91647abb20e7b8");
        let resolved = |text: &str, set: &[(&str, &str)]| {
            std::fs::write(&config, text).unwrap();
            resolve(&AccountArgs { config: Some(config.clone()), ..args() }, set)
        };
        let two = format!(
            "[default]\naccess_token = \"beside\"\n[default.organizations.{one}]\naccess_token = \"own\"\n\
             [default.organizations.{other}]\naccess_token = \"other\"\nbase_url = \"https://cloud.mongodbgov.com\"\n"
        );
        let account = resolved(&two, &[("MONGODB_ATLAS_ORG_ID", one)]).unwrap();
        let Some(Credential::Token(token)) = &account.credential else { panic!("{account:?}") };
        assert_eq!(token.expose_secret(), "own");
        let [beside] = account.others.as_slice() else { panic!("{account:?}") };
        let Credential::Token(token) = &beside.credential else { panic!("{account:?}") };
        assert_eq!((beside.id.to_string().as_str(), token.expose_secret()), (other, "other"));
        assert_eq!(beside.base_url, "https://cloud.mongodbgov.com".parse().unwrap());
        // What the environment says is for the organization of rows that name none, and a base URL for all.
        let set = [
            ("MONGODB_ATLAS_ORG_ID", one),
            ("MONGODB_ATLAS_ACCESS_TOKEN", "environment"),
            ("MONGODB_ATLAS_BASE_URL", "https://atlas.example.com"),
        ];
        let account = resolved(&two, &set).unwrap();
        let Some(Credential::Token(token)) = &account.credential else { panic!("{account:?}") };
        assert_eq!(token.expose_secret(), "environment");
        assert_eq!(account.others[0].base_url, "https://atlas.example.com".parse().unwrap());
        assert_eq!(resolved(&two, &[]).unwrap().others.len(), 2);

        for (table, why) in [
            ("[default.organizations.acme]\naccess_token = \"hush\"", "\"acme\": the name is not an Atlas id"),
            (&format!("[default.organizations.{one}]"), "has no credentials"),
            (&format!("[default.organizations.{one}]\norg_id = \"x\"\naccess_token = \"hush\""), "nothing else"),
            (&format!("[default.organizations.{one}]\nclient_id = \"i\""), "client_secret is not"),
        ] {
            let error = resolved(table, &[]).unwrap_err().0;
            assert!(error.contains(why) && !error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn a_malformed_organization_id_is_named() {
        let error = resolve(&args(), &[("MONGODB_ATLAS_ORG_ID", "my org")]).unwrap_err().0;
        assert!(error.contains("\"my org\""), "{error}");
    }
}
