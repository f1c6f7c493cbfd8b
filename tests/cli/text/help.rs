//! `--help` of each command, and `-h` if that is shorter.

use super::Transcript;
use crate::world::World;

const COMMANDS: [&str; 13] = [
    "",
    "run",
    "check",
    "status",
    "audit",
    "revoke",
    "sandbox",
    "report",
    "template",
    "config",
    "config show",
    "completions",
    "man",
];

#[test]
fn help_of_each_command() {
    let world = World::new();
    for command in COMMANDS {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let [long, short] = ["--help", "-h"].map(|flag| world.program(&arguments).args(&[flag]).finish());
        let mut transcript = Transcript::default();
        transcript.command(&long);
        if short.stdout != long.stdout {
            transcript.command(&short);
        }
        transcript.hold(&format!("help {command}").trim_end().replace(' ', "-"));
    }
}
