//! The account of a command. Flags take precedence, then the environment, the profile file and a profile of the Atlas
//! CLI.

use std::mem;

use bulk_invite::atlas::{BaseUrl, Credential};
use bulk_invite::model::{NotAnObjectId, ObjectId};
use thiserror::Error;

use super::atlas_cli::{AtlasCliError, AtlasCliProfile};
use super::base_url::{BaseUrlError, BaseUrls};
use super::credential::{self, HalfPair};
use super::profile::Profile;
use super::profile_error::ProfileError;
use super::profile_file::{ProfileFile, ProfilePlace};
use super::source::{ORG_ID, Source, Variables};
use crate::cli::args::AccountArgs;

/// A mistake in the settings of an account.
#[derive(Debug, Error)]
pub(crate) enum SettingsError {
    /// Without a text from a file, which may be a secret in the wrong place.
    #[error("{setting}{}: {source}", text.as_ref().map(|text| format!(" is {text:?}")).unwrap_or_default())]
    OrganizationId { setting: String, text: Option<String>, source: NotAnObjectId },
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlError),
    #[error(transparent)]
    Credential(#[from] HalfPair),
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error(transparent)]
    AtlasCli(#[from] AtlasCliError),
}

/// The organizations of a command, with base URL and credential. Parts may not be set.
#[derive(Debug)]
pub(crate) struct Account {
    /// The organization of rows that name none.
    pub(crate) organization: Option<ObjectId>,
    pub(crate) base_url: BaseUrl,
    pub(crate) credential: Option<Credential>,
    /// The profile's other organizations.
    pub(crate) others: Vec<OtherOrganization>,
    pub(crate) sources: Sources,
}

/// The origins of an account's parts; `None` if a part is not set.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) organization: Option<Source>,
    pub(crate) base_url: Option<Source>,
    pub(crate) credential: Option<Source>,
}

/// An organization for rows that name it.
#[derive(Debug)]
pub(crate) struct OtherOrganization {
    pub(crate) id: ObjectId,
    pub(crate) base_url: BaseUrl,
    pub(crate) credential: Credential,
}

impl Account {
    /// Returns every organization that is set.
    pub(crate) fn organizations(&self) -> Vec<ObjectId> {
        self.organization.into_iter().chain(self.others.iter().map(|other| other.id)).collect()
    }

    /// Combines flags, the environment, the profile file and, if one is named, a profile of the Atlas CLI.
    pub(crate) fn resolve(args: &AccountArgs, variable: Variables<'_>) -> Result<Self, SettingsError> {
        let ProfileFile { place, mut profile, .. } = ProfileFile::load(args, variable)?;
        let atlas_cli =
            args.atlas_cli_profile.as_deref().map(|name| AtlasCliProfile::load(name, variable)).transpose()?;

        let (organization, organization_source) =
            organization(args, variable, (&profile, &place), atlas_cli.as_ref())?.unzip();
        let atlas_cli_url = atlas_cli.as_ref().and_then(|cli| Some((cli.base_url.clone()?, cli.name.clone())));
        let base_urls = BaseUrls::new(args.base_url.clone(), variable, (profile.base_url.take(), place), atlas_cli_url);

        let mut others = mem::take(&mut profile.organizations);
        // The organization's own table takes precedence over the profile around it.
        let own = organization.and_then(|id| others.remove_entry(&id.to_string()));
        let others = others.into_iter().map(|(id, other)| {
            let (base_url, _) = base_urls.of(&id, other.base_url.as_deref())?;
            match other.organization(&id) {
                Ok((id, credential)) => Ok(OtherOrganization { id, base_url, credential }),
                Err(problem) => Err(ProfileError::Organization { id, problem }.into()),
            }
        });
        let others = others.collect::<Result<_, SettingsError>>()?;
        let ((base_url, base_url_source), profile) = match own {
            Some((id, own)) => (base_urls.of(&id, own.base_url.as_deref())?, own),
            None => (base_urls.default()?, profile),
        };

        let (credential, credential_source) = first_credential(variable, profile, atlas_cli)?.unzip();
        let sources = Sources {
            organization: organization_source,
            base_url: Some(base_url_source),
            credential: credential_source,
        };
        Ok(Self { organization, base_url, credential, others, sources })
    }
}

fn organization(
    args: &AccountArgs,
    variable: Variables<'_>,
    (profile, place): (&Profile, &ProfilePlace),
    atlas_cli: Option<&AtlasCliProfile>,
) -> Result<Option<(ObjectId, Source)>, SettingsError> {
    if let Some(id) = args.org_id {
        return Ok(Some((id, Source::Flag)));
    }
    let in_environment = variable(ORG_ID).map(|text| (text, Source::Environment(ORG_ID), ORG_ID.to_owned()));
    let in_profile = || Some((profile.org_id.clone()?, Source::Profile, format!("org_id of {place}")));
    let in_atlas_cli = || {
        let cli = atlas_cli?;
        Some((cli.org_id.clone()?, Source::AtlasCli, format!("org_id of the Atlas CLI's profile {:?}", cli.name)))
    };
    let Some((text, source, setting)) = in_environment.or_else(in_profile).or_else(in_atlas_cli) else {
        return Ok(None);
    };
    match text.trim().parse() {
        Ok(id) => Ok(Some((id, source))),
        Err(error) => {
            let text = Some(text).filter(|_| matches!(source, Source::Environment(_)));
            Err(SettingsError::OrganizationId { setting, text, source: error })
        }
    }
}

fn first_credential(
    variable: Variables<'_>,
    profile: Profile,
    atlas_cli: Option<AtlasCliProfile>,
) -> Result<Option<(Credential, Source)>, SettingsError> {
    if let Some(found) = credential::in_environment(variable)? {
        return Ok(Some(found));
    }
    if let Some(credential) = profile.credential()? {
        return Ok(Some((credential, Source::Profile)));
    }
    Ok(atlas_cli.map(AtlasCliProfile::credential).transpose()?.map(|credential| (credential, Source::AtlasCli)))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::super::profile::OrganizationProblem;
    use super::super::profile_error::Malformed;
    use super::*;

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

    fn resolve(args: &AccountArgs, set: &[(&str, &str)]) -> Result<Account, SettingsError> {
        Account::resolve(args, &|name| {
            set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn write(path: &std::path::Path, text: &str) {
        std::fs::write(path, text).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
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
    fn the_first_credential_wins_unless_it_is_half_a_pair() {
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
        let keys = ("MONGODB_ATLAS_PUBLIC_API_KEY", private.0);
        for (half, (set, missing)) in
            [(id, (id.0, secret.0)), (secret, (secret.0, id.0)), (public, keys), (private, (keys.1, keys.0))]
        {
            let error = resolve(&args(), &[half]).unwrap_err();
            assert!(matches!(&error, SettingsError::Credential(half) if *half == HalfPair { set, missing }), "{error}");
        }
    }

    #[test]
    fn flags_precede_the_environment_which_precedes_the_profile() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let profile = "[default]\norg_id = \"aaaaaaaaaaaaaaaaaaaaaaaa\"\nbase_url = \"https://profile.example.com\"\n\
                       client_id = \"i\"\nclient_secret = \"s\"\n";
        write(&config, profile);
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
    fn a_mistake_in_the_profile_names_the_line_without_its_text() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        write(&config, "[default]\nclient_id = \"i\"\nclient_secret = hush-hush\n");
        let error = resolve(&AccountArgs { config: Some(config), ..args() }, &[]).unwrap_err();
        let SettingsError::Profile(ProfileError::Malformed { problem, .. }) = &error else { panic!("{error}") };
        assert_eq!(*problem, Malformed::Line(3));
        assert!(!format!("{error} {error:?}").contains("hush"));
    }

    #[test]
    fn a_profile_may_hold_credentials_for_several_organizations() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let (one, other) = ("32b6e34b3d91647abb20e7b8", "42b6e34b3d91647abb20e7b8");
        let resolved = |text: &str, set: &[(&str, &str)]| {
            write(&config, text);
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
        // The credential in the environment is for the organization of rows that name none, the base URL for all.
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

        let half = HalfPair { set: "client_id", missing: "client_secret" };
        for (name, table, expected) in [
            ("acme", "access_token = \"hush\"", OrganizationProblem::InvalidName(NotAnObjectId)),
            (one, "", OrganizationProblem::NoCredential),
            (one, "org_id = \"x\"\naccess_token = \"hush\"", OrganizationProblem::OtherSettings),
            (one, "client_id = \"i\"", OrganizationProblem::Credential(half)),
        ] {
            let error = resolved(&format!("[default.organizations.{name}]\n{table}"), &[]).unwrap_err();
            let SettingsError::Profile(ProfileError::Organization { id, problem }) = &error else { panic!("{error}") };
            assert_eq!((id.as_str(), *problem), (name, expected));
            assert!(!format!("{error} {error:?}").contains("hush"));
        }
    }

    #[test]
    fn a_malformed_organization_id_is_an_error() {
        let error = resolve(&args(), &[("MONGODB_ATLAS_ORG_ID", "my org")]).unwrap_err();
        assert!(
            matches!(&error, SettingsError::OrganizationId { text: Some(text), .. } if text == "my org"),
            "{error}"
        );
        insta::assert_snapshot!(error, @r#"MONGODB_ATLAS_ORG_ID is "my org": not an Atlas id (24 digits from 0-9 and a-f)"#);
    }

    #[test]
    fn a_base_url_that_may_hold_a_password_is_not_shown() {
        let error = resolve(&args(), &[("MONGODB_ATLAS_BASE_URL", "https://me:hush@example.com")]).unwrap_err();
        assert!(matches!(error, SettingsError::BaseUrl(_)) && !format!("{error} {error:?}").contains("hush"));
    }
}
