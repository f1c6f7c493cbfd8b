//! `bulk-invite man`: manual pages, made from the definition of the command line.

mod sections;

use std::fs;
use std::io;
use std::path::Path;

use bulk_invite::model::Exit;
use clap::Command;
use clap::builder::Resettable;
use clap_mangen::Man;

use super::error::CliError;
use super::stdout;

/// Runs the command; `command` is the definition of the whole program.
pub(crate) fn run(folder: Option<&Path>, command: Command) -> Result<Exit, CliError> {
    let command = built(command);
    match folder {
        Some(folder) => write_pages(&command, folder)
            .map_err(|source| CliError::ManUnwritable { folder: folder.to_owned(), source })?,
        None => page(&command).and_then(|page| stdout::write(&page)).map_err(CliError::StandardOutput)?,
    }
    Ok(Exit::Success)
}

/// Returns the definition in the form that pages are made from, without the subcommand `help`.
fn built(command: Command) -> Command {
    let mut command = without_help(command);
    command.build();
    command
}

fn without_help(command: Command) -> Command {
    command.disable_help_subcommand(true).mut_subcommands(without_help)
}

/// Writes the page of a command, and one for each of its subcommands.
fn write_pages(command: &Command, folder: &Path) -> io::Result<()> {
    fs::write(folder.join(Man::new(command.clone()).get_filename()), page(command)?)?;
    command.get_subcommands().try_for_each(|command| write_pages(command, folder))
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    // The examples below the long help get a section of their own.
    Man::new(command.clone().after_long_help(Resettable::Reset)).render(&mut page)?;
    page.extend(sections::of(command).to_roff().bytes());
    Ok(page)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    fn pages() -> Vec<(String, String)> {
        fn walk(command: &Command, pages: &mut Vec<(String, String)>) {
            let page = String::from_utf8(page(command).unwrap()).unwrap();
            pages.push((command.get_name().to_owned(), page));
            command.get_subcommands().for_each(|command| walk(command, pages));
        }
        let mut pages = Vec::new();
        walk(&built(Cli::command()), &mut pages);
        pages
    }

    fn sections(page: &str) -> Vec<&str> {
        page.lines().filter_map(|line| line.strip_prefix(".SH ")).map(|name| name.trim_matches('"')).collect()
    }

    #[test]
    fn every_page_has_examples_and_exit_statuses() {
        let pages = pages();
        assert_eq!(pages.len(), 13);
        for (name, page) in pages {
            let sections = sections(&page);
            assert!(sections.contains(&"EXAMPLES") && sections.contains(&"EXIT STATUS"), "{name}: {sections:?}");
            assert!(!sections.contains(&"EXTRA") && !page.contains("bulk\\-invite\\-help"), "{name}: {page}");
        }
    }

    #[test]
    fn pages_of_commands_with_an_account_list_variables_and_files() {
        let pages = pages();
        let has_both = |page: &str| ["ENVIRONMENT", "FILES"].iter().all(|name| sections(page).contains(name));
        let complete: Vec<&str> =
            pages.iter().filter(|(_, page)| has_both(page)).map(|(name, _)| name.as_str()).collect();
        assert_eq!(complete, ["bulk-invite", "run", "check", "status", "audit", "revoke", "show"]);
    }

    #[test]
    fn the_main_page_lists_the_variables_of_every_flag() {
        fn variables(command: &Command, names: &mut Vec<String>) {
            let own = command.get_arguments().filter_map(|argument| argument.get_env());
            names.extend(own.map(|name| name.to_string_lossy().into_owned()));
            command.get_subcommands().for_each(|command| variables(command, names));
        }
        let mut names = Vec::new();
        variables(&Cli::command(), &mut names);
        let (_, page) = &pages()[0];
        for name in names {
            assert!(page.contains(&format!("\\fB{name}\\fR")), "{name}: {page}");
        }
    }
}
