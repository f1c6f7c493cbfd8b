//! `bulk-invite config show`: prints the settings that `run` would use, and where each comes from.

use bulk_invite::atlas::Credential;
use bulk_invite::model::Exit;
use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::error::CliError;
use super::stdout;
use crate::cli::args::AccountArgs;
use crate::cli::settings::{Account, ProfileFile, SETTINGS, Source, environment, first_line};

const REDACTED: &str = "(redacted)";

/// Runs the command; `command` has the profile's settings as its defaults.
pub(crate) fn run(args: &AccountArgs, command: Command) -> Result<Exit, CliError> {
    let lines = settings(args, command)?;
    stdout::write(table(&lines).as_bytes()).map_err(CliError::StandardOutput)?;
    Ok(Exit::Success)
}

struct Line {
    name: &'static str,
    value: String,
    source: String,
}

fn table(lines: &[Line]) -> String {
    let width = |column: fn(&Line) -> &str| lines.iter().map(|line| column(line).len()).max().unwrap_or(0);
    let (names, values) = (width(|line| line.name), width(|line| &line.value));
    let shown = |Line { name, value, source }: &Line| format!("{name:names$}  {value:values$}  {source}\n");
    lines.iter().map(shown).collect()
}

fn settings(args: &AccountArgs, command: Command) -> Result<Vec<Line>, CliError> {
    let file = ProfileFile::load(args, &environment)?;
    let profile = match &file.place.path {
        Some(path) => format!("profile {} in {}", args.profile, path.display()),
        None => format!("profile {}", args.profile),
    };
    let mut lines = account_lines(&Account::resolve(args, &environment)?, args, &profile);
    lines.extend(flag_lines(&file, command, &profile)?);
    Ok(lines)
}

/// Returns the organizations, base URLs and credentials.
fn account_lines(account: &Account, args: &AccountArgs, profile: &str) -> Vec<Line> {
    let line = |name, value, source: &Option<Source>| {
        let source = match source {
            Some(Source::Flag) => "flag".to_owned(),
            Some(Source::Environment(name)) => format!("environment, {name}"),
            Some(Source::Profile) => profile.to_owned(),
            Some(Source::AtlasCli) => {
                format!("profile {} of the Atlas CLI", args.atlas_cli_profile.as_deref().unwrap_or_default())
            }
            Some(Source::Default) => "default".to_owned(),
            None => "not set".to_owned(),
        };
        Line { name, value, source }
    };
    let organization = account.organization.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let sources = &account.sources;
    let mut lines = vec![
        line("org_id", organization, &sources.organization),
        line("base_url", account.base_url.to_string(), &sources.base_url),
    ];
    let own = credential(account.credential.as_ref()).into_iter();
    lines.extend(own.map(|(name, value)| line(name, value, &sources.credential)));
    for other in &account.others {
        for (name, value) in credential(Some(&other.credential)) {
            let source = format!("{profile}, organization {} at {}", other.id, other.base_url);
            lines.push(Line { name, value, source });
        }
    }
    lines
}

/// Returns the flags that a profile may set: as typed if `config show` has them too, or else as `run` would see them.
fn flag_lines(file: &ProfileFile, command: Command, profile: &str) -> Result<Vec<Line>, CliError> {
    let typed = command.clone().try_get_matches().map_err(|error| file.invalid_setting(error))?;
    let typed = typed.subcommand_matches("config").and_then(|config| config.subcommand_matches("show"));
    let run = ["bulk-invite", "run", "people.csv"];
    let run = command.clone().try_get_matches_from(run).map_err(|error| match variable_at_fault(&error, &command) {
        Some(name) => CliError::InvalidVariable { name, mistake: first_line(&error) },
        None => file.invalid_setting(error).into(),
    })?;
    let Some(run) = run.subcommand_matches("run") else { return Ok(Vec::new()) };
    let variable = |name| {
        let mut arguments = arguments_of_run(&command);
        let variable = arguments.find(|argument| argument.get_id() == name).and_then(Arg::get_env);
        variable.unwrap_or_default().to_string_lossy()
    };
    let is_in_profile = |name| file.settings.iter().any(|(known, _)| *known == name);
    let lines = SETTINGS.into_iter().map(|name| {
        let matches = typed.filter(|typed| typed.ids().any(|id| id == name)).unwrap_or(run);
        let source = match matches.value_source(name) {
            Some(ValueSource::DefaultValue) if is_in_profile(name) => profile.to_owned(),
            Some(ValueSource::DefaultValue) => "default".to_owned(),
            Some(ValueSource::EnvVariable) => format!("environment, {}", variable(name)),
            Some(_) => "flag".to_owned(),
            None => "not set".to_owned(),
        };
        Line { name, value: value(matches, name), source }
    });
    Ok(lines.collect())
}

fn arguments_of_run(command: &Command) -> impl Iterator<Item = &Arg> {
    command.find_subcommand("run").into_iter().flat_map(Command::get_arguments)
}

/// Returns the variable that an invalid argument of `run` was taken from. It takes precedence over the profile.
fn variable_at_fault(error: &clap::Error, command: &Command) -> Option<String> {
    let Some(ContextValue::String(invalid)) = error.get(ContextKind::InvalidArg) else { return None };
    let flag = invalid.split_whitespace().next().and_then(|flag| flag.strip_prefix("--"));
    let argument = arguments_of_run(command).find(|argument| flag.is_some() && argument.get_long() == flag)?;
    let variable = argument.get_env().filter(|name| std::env::var_os(name).is_some())?;
    Some(variable.to_string_lossy().into_owned())
}

/// Returns the parts of a credential, without its secrets.
fn credential(credential: Option<&Credential>) -> Vec<(&'static str, String)> {
    match credential {
        Some(Credential::Token(_)) => vec![("access_token", REDACTED.to_owned())],
        Some(Credential::ServiceAccount { client_id, .. }) => {
            vec![("client_id", client_id.clone()), ("client_secret", REDACTED.to_owned())]
        }
        Some(Credential::ApiKey { public, .. }) => {
            vec![("public_api_key", public.clone()), ("private_api_key", REDACTED.to_owned())]
        }
        None => vec![("credentials", "-".to_owned())],
    }
}

fn value(matches: &ArgMatches, name: &str) -> String {
    let Some(raw) = matches.get_raw(name) else { return "-".to_owned() };
    raw.map(|value| value.to_string_lossy().into_owned()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use clap::value_parser;

    use super::*;

    #[test]
    fn an_invalid_value_is_attributed_to_its_variable() {
        let at_fault = |rate: Arg| {
            let run = Command::new("run").arg(rate.long("rate").value_parser(value_parser!(u8)));
            let command = Command::new("bulk-invite").subcommand(run);
            let error = command.clone().try_get_matches_from(["bulk-invite", "run"]).unwrap_err();
            variable_at_fault(&error, &command)
        };
        // A variable that every test process has.
        assert_eq!(at_fault(Arg::new("rate").env("PATH")).as_deref(), Some("PATH"));
        assert_eq!(at_fault(Arg::new("rate").env("NOT_SET_ANYWHERE").default_value("fast")), None);
    }
}
