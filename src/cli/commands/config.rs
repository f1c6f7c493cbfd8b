//! `bulk-invite config show`: what `run` would go by, and who says so.

use std::io::{self, Write};

use bulk_invite::atlas::Credential;
use bulk_invite::model::Exit;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::stdout::print;
use crate::cli::args::AccountArgs;
use crate::cli::settings::{Account, ProfileFile, SETTINGS, Source, UsageError, environment};

const HIDDEN: &str = "(set, not shown)";

/// Prints the settings. `command` has the profile's settings as its defaults.
pub(crate) fn show(args: &AccountArgs, command: Command) -> Exit {
    match settings(args, command).and_then(|lines| print(table(&lines).as_bytes())) {
        Ok(()) => Exit::Success,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            Exit::Usage
        }
    }
}

fn table(lines: &[Line]) -> String {
    let width = |column: fn(&Line) -> &str| lines.iter().map(|line| column(line).len()).max().unwrap_or(0);
    let (names, values) = (width(|line| line.name), width(|line| &line.value));
    let shown = |Line { name, value, source }: &Line| format!("{name:names$}  {value:values$}  {source}\n");
    lines.iter().map(shown).collect()
}

struct Line {
    name: &'static str,
    value: String,
    source: String,
}

fn settings(args: &AccountArgs, command: Command) -> Result<Vec<Line>, UsageError> {
    let file = ProfileFile::load(args, &environment)?;
    let profile = match &file.path {
        Some(path) => format!("profile {} in {}", args.profile, path.display()),
        None => format!("profile {}", args.profile),
    };
    let from_profile: Vec<&str> = file.settings.iter().map(|(name, _)| *name).collect();
    let account = Account::resolve(args, &environment)?;
    let said = |source: Option<&Source>| match source {
        Some(Source::Flag) => "flag".to_owned(),
        Some(Source::Environment(name)) => format!("environment, {name}"),
        Some(Source::Profile) => profile.clone(),
        Some(Source::AtlasCli) => {
            format!("profile {} of the Atlas CLI", args.atlas_cli_profile.as_deref().unwrap_or_default())
        }
        Some(Source::Default) => "default".to_owned(),
        None => "not set".to_owned(),
    };
    let organization = account.organization.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let mut lines = vec![
        Line { name: "org_id", value: organization, source: said(account.sources.organization.as_ref()) },
        Line { name: "base_url", value: account.base_url.to_string(), source: said(account.sources.base_url.as_ref()) },
    ];
    let source = said(account.sources.credential.as_ref());
    for (name, value) in credential(account.credential.as_ref()) {
        lines.push(Line { name, value, source: source.clone() });
    }
    for other in &account.others {
        for (name, value) in credential(Some(&other.credential)) {
            let source = format!("{profile}, organization {} at {}", other.id, other.base_url);
            lines.push(Line { name, value, source });
        }
    }
    // What was typed for `config show`, and of the rest what `run` would see with no flag of its own.
    let shown = command.clone().try_get_matches().map_err(|error| file.mistake(&error, args))?;
    let shown = shown.subcommand_matches("config").and_then(|config| config.subcommand_matches("show"));
    let typed = ["bulk-invite", "run", "people.csv"];
    let matches = command.clone().try_get_matches_from(typed).map_err(|error| file.mistake(&error, args))?;
    let variable = |name| {
        let mut arguments = command.find_subcommand("run").into_iter().flat_map(Command::get_arguments);
        let variable = arguments.find(|argument| argument.get_id() == name).and_then(|argument| argument.get_env());
        variable.unwrap_or_default().to_string_lossy()
    };
    if let Some(("run", run)) = matches.subcommand() {
        for name in SETTINGS {
            let told = shown.filter(|shown| shown.ids().any(|id| id == name)).unwrap_or(run);
            let source = match told.value_source(name) {
                Some(ValueSource::DefaultValue) if from_profile.contains(&name) => profile.clone(),
                Some(ValueSource::DefaultValue) => "default".to_owned(),
                Some(ValueSource::EnvVariable) => format!("environment, {}", variable(name)),
                Some(_) => "flag".to_owned(),
                None => "not set".to_owned(),
            };
            lines.push(Line { name, value: value(told, name), source });
        }
    }
    Ok(lines)
}

/// A credential, without what is secret of it.
fn credential(credential: Option<&Credential>) -> Vec<(&'static str, String)> {
    match credential {
        Some(Credential::Token(_)) => vec![("access_token", HIDDEN.to_owned())],
        Some(Credential::ServiceAccount { client_id, .. }) => {
            vec![("client_id", client_id.clone()), ("client_secret", HIDDEN.to_owned())]
        }
        Some(Credential::ApiKey { public, .. }) => {
            vec![("public_api_key", public.clone()), ("private_api_key", HIDDEN.to_owned())]
        }
        None => vec![("credentials", "-".to_owned())],
    }
}

fn value(told: &ArgMatches, name: &str) -> String {
    let Some(raw) = told.get_raw(name) else { return "-".to_owned() };
    raw.map(|value| value.to_string_lossy().into_owned()).collect::<Vec<_>>().join(", ")
}
