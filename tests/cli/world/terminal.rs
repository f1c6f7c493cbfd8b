//! A process at a terminal, and the person who types there.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use nix::pty::OpenptyResult;
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};

use super::{Finished, Invocation, Process, wait_until};

/// The end of every question: whether to send, or which column is meant.
const QUESTIONS: [&str; 2] = ["[y/N] ", "[1-2] "];

/// A person at a terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Typist<'a> {
    /// The text typed before the program asks.
    pub(crate) ahead: &'a str,
    /// The answer to the question, typed when it is shown.
    pub(crate) answer: &'a str,
    /// True if the terminal controls the process, as it does in a shell.
    pub(crate) is_controlling: bool,
}

impl Invocation {
    /// Runs it at a terminal and answers its question; what the terminal shows is its standard error.
    pub(crate) fn on_a_terminal(self, answer: &str) -> Finished {
        let (finished, seen) = self.typed_at(Typist { ahead: "", answer, is_controlling: true }, true);
        Finished { stderr: seen, ..finished }
    }

    /// Runs it with a terminal for standard input only. Also returns what the terminal shows.
    pub(crate) fn at_a_keyboard(self, typist: Typist<'_>) -> (Finished, String) {
        self.typed_at(typist, false)
    }

    fn typed_at(self, typist: Typist<'_>, shows_errors: bool) -> (Finished, String) {
        let OpenptyResult { master, slave } = terminal();
        let line = self.line();
        let mut command = in_session(&self.command, typist.is_controlling);
        command.stdin(slave.try_clone().expect("its end"));
        command.stdout(File::create(&self.stdout).expect("a file for a stream"));
        let errors = File::create(&self.stderr).expect("a file for a stream");
        if shows_errors {
            command.stderr(slave.try_clone().expect("its end"));
        } else {
            command.stderr(errors);
        }
        let mut keyboard = File::from(master);
        keyboard.write_all(typist.ahead.as_bytes()).expect("it takes keys");
        let child = command.spawn().expect("the program starts");
        // Copies of the terminal's end: with them open, reading would never come to an end.
        drop((command, slave));
        let screen = Screen::watch(&keyboard);
        let mut process = Process { child, line, stdout: self.stdout, stderr: self.stderr };
        wait_until("it asks or ends", || {
            let (seen, errors) = (screen.seen(), process.stderr());
            let is_asked = |end: &str| seen.contains(end) || errors.contains(end.trim_end());
            QUESTIONS.iter().any(|end| is_asked(end)) || !process.is_running()
        });
        // The program may have ended without a question.
        let _ = writeln!(keyboard, "{}", typist.answer);
        let finished = process.finish();
        (finished, screen.end())
    }
}

/// Opens a terminal without an echo, which would come before or after what the program prints.
fn terminal() -> OpenptyResult {
    let ends = nix::pty::openpty(None, None).expect("a terminal");
    let mut settings = tcgetattr(&ends.slave).expect("its settings");
    settings.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(&ends.slave, SetArg::TCSANOW, &settings).expect("it takes settings");
    ends
}

/// Returns the command in a session of its own, which its standard input controls, or no terminal. Only Linux has the
/// program that starts a session.
fn in_session(command: &Command, is_controlling: bool) -> Command {
    let mut session = if cfg!(target_os = "linux") {
        let mut session = Command::new("setsid");
        session.args(is_controlling.then_some("--ctty")).arg(command.get_program());
        session
    } else {
        Command::new(command.get_program())
    };
    session.args(command.get_args()).env_clear();
    session.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    session.current_dir(command.get_current_dir().expect("a folder"));
    session
}

/// The picture on a terminal.
struct Screen {
    seen: Arc<Mutex<Vec<u8>>>,
    watch: thread::JoinHandle<()>,
}

impl Screen {
    fn watch(terminal: &File) -> Self {
        let mut terminal = File::from(OwnedFd::from(terminal.try_clone().expect("the other end")));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&seen);
        let watch = thread::spawn(move || {
            let mut bytes = [0; 4096];
            // It ends in an error once no process has the terminal open.
            while let Ok(count @ 1..) = terminal.read(&mut bytes) {
                written.lock().expect("no panic").extend_from_slice(&bytes[..count]);
            }
        });
        Self { seen, watch }
    }

    fn seen(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().expect("no panic")).replace("\r\n", "\n")
    }

    fn end(self) -> String {
        let Self { seen, watch } = self;
        watch.join().expect("what was shown");
        String::from_utf8_lossy(&seen.lock().expect("no panic")).replace("\r\n", "\n")
    }
}
