//! The definition of the command line: commands, flags and the values they take. `settings` combines them with
//! the environment and the profile file.

mod choices;
mod commands;
mod examples;
mod groups;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use self::choices::{CheckFormat, LogFormat};
pub(crate) use self::commands::{
    AuditArgs, CheckArgs, ReportArgs, RevokeArgs, RunArgs, SandboxArgs, StatusArgs, TemplateArgs,
};
pub(crate) use self::examples::HEADING as EXAMPLES;
pub(crate) use self::groups::{AccountArgs, CallArgs, JobArgs, MapArgs, SheetArgs};
pub(crate) use self::values::INDEX as INDEX_VARIABLE;

/// Invite a spreadsheet of people to a MongoDB Atlas organization, each exactly once.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, after_long_help = examples::text(examples::PROGRAM))]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Invite the people in a spreadsheet and record the outcome of each row.
    #[command(after_long_help = examples::text(examples::RUN))]
    Run(Box<RunArgs>),
    /// Check a spreadsheet row by row and count what would be sent; sends nothing.
    #[command(after_long_help = examples::text(examples::CHECK))]
    Check(CheckArgs),
    /// Look up the current status of each invite in a results file.
    #[command(after_long_help = examples::text(examples::STATUS))]
    Status(StatusArgs),
    /// Verify a results file against Atlas: each invite is on record, and no person has two.
    ///
    /// Reads Atlas once and changes nothing. The exit code is 1 if the results and Atlas contradict each other.
    #[command(after_long_help = examples::text(examples::AUDIT))]
    Audit(AuditArgs),
    /// Cancel the pending invites that a run created, and no others.
    ///
    /// Always uses the invites endpoint, whichever endpoint created them: it cannot remove a person who has accepted. After
    /// an interruption, run the same command again to resume.
    // A profile or the environment may still set the endpoint, for the other commands.
    #[command(mut_arg("api", |api| api.hide(true)), after_long_help = examples::text(examples::REVOKE))]
    Revoke(Box<RevokeArgs>),
    /// Run the sandbox, an embedded imitation of Atlas, as a server until Ctrl-C.
    #[command(after_long_help = examples::text(examples::SANDBOX))]
    Sandbox(SandboxArgs),
    /// Make an HTML page from a results file, whether or not the run has finished.
    #[command(after_long_help = examples::text(examples::REPORT))]
    Report(ReportArgs),
    /// Print a sample spreadsheet as CSV, or a map to fill in.
    #[command(
        mut_arg("default_roles", |roles| roles.hide(true)),
        mut_arg("shard", |shard| shard.hide(true)),
        after_long_help = examples::text(examples::TEMPLATE)
    )]
    Template(Box<TemplateArgs>),
    /// Show the effective settings.
    #[command(after_long_help = examples::text(examples::CONFIG))]
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print a shell completion script.
    #[command(after_long_help = examples::text(examples::COMPLETIONS))]
    Completions {
        /// Shell to complete commands in.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    #[command(after_long_help = examples::text(examples::MAN))]
    Man {
        /// Write a page for each command to this folder instead.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

impl Command {
    /// Returns the format of messages, and whether only errors are printed.
    pub(crate) fn messages(&self) -> (LogFormat, bool) {
        match self {
            Command::Run(args) => (args.job.log_format, args.job.quiet),
            Command::Revoke(args) => (args.job.log_format, args.job.quiet),
            Command::Check(args) => (LogFormat::Text, args.quiet),
            Command::Status(_)
            | Command::Audit(_)
            | Command::Config { .. }
            | Command::Sandbox(_)
            | Command::Report(_)
            | Command::Template(_)
            | Command::Completions { .. }
            | Command::Man { .. } => (LogFormat::Text, false),
        }
    }

    /// Returns the flags of an account, if the command has them.
    pub(crate) fn account(&self) -> Option<&AccountArgs> {
        match self {
            Command::Run(args) => Some(&args.account),
            Command::Check(args) => Some(&args.account),
            Command::Status(args) => Some(&args.account),
            Command::Audit(args) => Some(&args.account),
            Command::Revoke(args) => Some(&args.account),
            Command::Config { command: ConfigCommand::Show { account } } => Some(account),
            Command::Sandbox(_)
            | Command::Report(_)
            | Command::Template(_)
            | Command::Completions { .. }
            | Command::Man { .. } => None,
        }
    }
}

/// Returns the definition with these defaults, by the ids of arguments, in every command that has them.
pub(crate) fn with_defaults(command: clap::Command, defaults: &[(&'static str, String)]) -> clap::Command {
    command.mut_subcommands(|mut command| {
        for (name, value) in defaults {
            if command.get_arguments().any(|argument| argument.get_id() == name) {
                command = command.mut_arg(name, |argument| argument.default_value(value.clone()));
            }
        }
        with_defaults(command, defaults)
    })
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the effective settings and where each comes from (secrets redacted).
    #[command(after_long_help = examples::text(examples::CONFIG_SHOW))]
    Show {
        #[command(flatten)]
        account: Box<AccountArgs>,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::{ContextKind, ContextValue};

    use super::*;

    /// The height of a screen that the short help of each command fits on, in lines.
    const SCREEN: usize = 40;

    /// Calls the function with the path of each command, such as `config show`, and its definition.
    fn each_command(visit: &mut dyn FnMut(&str, &mut clap::Command)) {
        fn walk(path: &str, command: &mut clap::Command, visit: &mut dyn FnMut(&str, &mut clap::Command)) {
            visit(path, command);
            for subcommand in command.get_subcommands_mut() {
                let path = format!("{path} {}", subcommand.get_name());
                walk(path.trim_start(), subcommand, visit);
            }
        }
        walk("", &mut Cli::command(), visit);
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_2_to_4_examples_that_parse() {
        each_command(&mut |path, command| {
            let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            let lines = help.lines().filter_map(|line| line.strip_prefix("    ")).collect::<Vec<_>>();
            assert!(help.starts_with(EXAMPLES) && (2..=4).contains(&lines.len()), "{path}: {help}");
            for line in lines {
                // The part that the shell does not handle.
                let (_, typed) = line.split_once("bulk-invite ").map_or(("", ""), |parts| parts);
                let typed = typed.split([')', '>', '|']).next().unwrap_or_default();
                assert!(typed.starts_with(path), "{path}: {line}");
                let words = std::iter::once("bulk-invite").chain(typed.split_whitespace());
                assert!(Cli::try_parse_from(words).is_ok(), "{path}: {line}");
            }
        });
    }

    #[test]
    fn short_help_fits_on_a_screen() {
        each_command(&mut |path, command| {
            let help = command.clone().term_width(100).render_help().to_string();
            assert!(help.lines().count() <= SCREEN, "{path}: {} lines\n{help}", help.lines().count());
        });
    }

    #[test]
    fn the_help_subcommand_shows_the_help_of_a_command() {
        for typed in [&["bulk-invite", "help", "run"][..], &["bulk-invite", "help", "config", "show"]] {
            let shown = Cli::try_parse_from(typed).unwrap_err();
            assert_eq!(shown.kind(), clap::error::ErrorKind::DisplayHelp, "{shown}");
        }
    }

    #[test]
    fn a_misspelt_subcommand_or_flag_gets_a_suggestion() {
        for (typed, kind, meant) in [
            (&["bulk-invite", "chek"][..], ContextKind::SuggestedSubcommand, "check"),
            (&["bulk-invite", "run", "people.csv", "--dryrun"], ContextKind::SuggestedArg, "--dry-run"),
        ] {
            let error = Cli::try_parse_from(typed).unwrap_err();
            let suggested = match error.get(kind) {
                Some(ContextValue::String(suggestion)) => vec![suggestion.clone()],
                Some(ContextValue::Strings(suggestions)) => suggestions.clone(),
                other => panic!("{other:?}"),
            };
            assert!(suggested.iter().any(|suggestion| suggestion == meant), "{error}");
        }
    }
}
