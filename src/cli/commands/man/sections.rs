//! The sections of a manual page that do not describe arguments: exit status, environment, files and examples.

use std::collections::BTreeMap;

use bulk_invite::model::Exit;
use clap::Command;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::args::{EXAMPLES, INDEX_VARIABLE};
use crate::cli::commands::connection::NETWORK_VARIABLES;
use crate::cli::diagnostics;
use crate::cli::settings::ACCOUNT_VARIABLES;

/// Files by the command that writes them, for a spreadsheet `people.csv`. The last is for every command with a profile.
const FILES: [(&str, &str, &str); 9] = [
    ("run", "people.results.csv", "Results of a run. The next run resumes from them."),
    ("run", "people.results.2-of-8.csv", "Results of a run with --shard 2/8."),
    ("run", "people.sandbox.results.csv", "Results of a run with --sandbox."),
    ("run", "people.dry-run.csv", "Results of a run with --dry-run."),
    ("revoke", "people.revoked.csv", "Results of revoke. The next revoke resumes from them."),
    ("revoke", "people.revoke-dry-run.csv", "Results of revoke with --dry-run."),
    ("status", "people.status.csv", "Results with the column current_status."),
    ("report", "people.results.html", "Page about the results."),
    (
        "",
        "~/.config/bulk-invite/config.toml",
        "Profile file. It is in $XDG_CONFIG_HOME if that is set, in ~/Library/Application Support on macOS, and in %APPDATA% \
         on Windows.",
    ),
];

/// Returns the sections of a command, without those that would be empty.
pub(super) fn of(command: &Command) -> Roff {
    let mut roff = Roff::new();
    let exits = exits(command).iter().map(|exit| ((*exit as u8).to_string(), meaning(*exit).to_owned()));
    list(&mut roff, "EXIT STATUS", exits.collect());
    let mut variables = BTreeMap::new();
    add_variables(command, &mut variables);
    list(&mut roff, "ENVIRONMENT", variables.into_iter().collect());
    list(&mut roff, "FILES", files(command));
    examples(&mut roff, command);
    roff
}

/// Adds a section of terms with descriptions, unless there are none.
fn list(roff: &mut Roff, heading: &str, entries: Vec<(String, String)>) {
    if entries.is_empty() {
        return;
    }
    roff.control("SH", [heading]);
    for (term, description) in entries {
        roff.control("TP", []).text([bold(term)]).text([roman(description)]);
    }
}

/// Returns the exit codes that a command can end with.
fn exits(command: &Command) -> &'static [Exit] {
    match command.get_name() {
        "check" | "audit" => &[Exit::Success, Exit::RowsNeedALook, Exit::Usage],
        "run" | "revoke" | "bulk-invite" => &Exit::ALL,
        _ => &[Exit::Success, Exit::Usage],
    }
}

fn meaning(exit: Exit) -> &'static str {
    match exit {
        Exit::Success => "Success: no row needs attention.",
        Exit::RowsNeedALook => "Some rows need attention, or the summary or the page could not be written.",
        Exit::Usage => {
            "An argument, a setting or an input file cannot be used, or an organization cannot be read. Nothing was sent."
        }
        Exit::Halted => "The job stopped early, for example after too many failures.",
        Exit::Interrupted => "The job was interrupted by SIGINT (Ctrl-C), or was not confirmed.",
        Exit::Terminated => "The job was terminated by SIGTERM.",
    }
}

/// Adds the variables that a command and its subcommands read, with descriptions.
fn add_variables(command: &Command, variables: &mut BTreeMap<String, String>) {
    let mut add = |name: &str, text: &str| {
        variables.insert(name.to_owned(), text.to_owned());
    };
    for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
        if let (Some(name), Some(flag)) = (argument.get_env(), argument.get_long()) {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            add(&name.to_string_lossy(), &format!("Sets --{flag}: {help}."));
        }
    }
    let has = |id: &str| command.get_arguments().any(|argument| argument.get_id() == id);
    if has("org_id") {
        ACCOUNT_VARIABLES.iter().for_each(|(name, text)| add(name, text));
    }
    if has("shard") {
        add(INDEX_VARIABLE, "The number of the shard, counted from 0, if --shard is index/N.");
    }
    if has("timeout") {
        NETWORK_VARIABLES.iter().for_each(|(name, text)| add(name, text));
        add(diagnostics::VARIABLE, "Log lines on standard error for troubleshooting, for example debug.");
    }
    command.get_subcommands().for_each(|command| add_variables(command, variables));
}

fn files(command: &Command) -> Vec<(String, String)> {
    let name = command.get_name();
    let has_profile = command.get_arguments().any(|argument| argument.get_id() == "profile");
    let is_used = |writer: &str| name == "bulk-invite" || writer == name || (writer.is_empty() && has_profile);
    let files = FILES.iter().filter(|(writer, ..)| is_used(writer));
    files.map(|(_, path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// Adds the examples that are shown below the long help.
fn examples(roff: &mut Roff, command: &Command) {
    let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    roff.control("SH", ["EXAMPLES"]).control("nf", []);
    help.lines().skip_while(|line| *line == EXAMPLES).for_each(|line| _ = roff.text([roman(line)]));
    roff.control("fi", []);
}
