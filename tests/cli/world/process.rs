//! A process under test: how it is started, what it prints, how it ends.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use atlas_sandbox::{ORGANIZATION, Running};
use serde_json::Value;

use super::{Credential, PATIENCE};

/// A process that has not been started.
pub(crate) struct Invocation {
    pub(super) command: Command,
    /// The line that a shell runs, if it is one.
    line: Option<String>,
    pub(super) stdout: PathBuf,
    pub(super) stderr: PathBuf,
}

/// A process that runs; killed when it is dropped.
pub(crate) struct Process {
    pub(super) child: Child,
    pub(super) line: String,
    pub(super) stdout: PathBuf,
    pub(super) stderr: PathBuf,
}

/// A process that has ended.
pub(crate) struct Finished {
    /// The command as one types it.
    pub(crate) line: String,
    pub(super) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
}

impl Invocation {
    pub(super) fn new(folder: &Path, streams: &Path, program: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut command = Command::new(program);
        command.env_clear().current_dir(folder).stdin(Stdio::null());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("HOME", folder).env("XDG_CONFIG_HOME", folder);
        let stream = |name: &str| streams.join(format!("{number}.{name}"));
        Self { command, line: None, stdout: stream("stdout"), stderr: stream("stderr") }
    }

    pub(crate) fn args(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Has a shell run this line, which finds the program beside the streams.
    #[cfg(target_os = "linux")]
    pub(super) fn typed(mut self, line: &str) -> Self {
        let folders = std::env::var("PATH").unwrap_or_default();
        let streams = self.stdout.parent().expect("a folder");
        // In place of the shell, so that signals reach it.
        let script = if line.starts_with("bulk-invite") { format!("exec {line}") } else { line.to_owned() };
        self.command.env("PATH", format!("{}:{folders}", streams.display())).args(["-c", &script]);
        self.line = Some(line.to_owned());
        self
    }

    /// Has its summary printed as JSON, for [`Finished::json`].
    pub(crate) fn summed(self) -> Self {
        self.args(&["--summary", "-"])
    }

    /// Aims it at this sandbox, with the sandbox's token.
    pub(crate) fn with_token(self, server: &Running) -> Self {
        self.aimed_at(&server.base_url()).credential(Credential::Token)
    }

    /// Aims it at a sandbox.
    pub(crate) fn aimed_at(self, base_url: &str) -> Self {
        self.env("MONGODB_ATLAS_BASE_URL", base_url).env("MONGODB_ATLAS_ORG_ID", ORGANIZATION)
    }

    /// Takes this credential and no other.
    pub(crate) fn credential(mut self, credential: Credential) -> Self {
        let names = Credential::ALL.into_iter().flat_map(Credential::environment).map(|(name, _)| name);
        names.for_each(|name| _ = self.command.env_remove(name));
        self.command.envs(credential.environment());
        self
    }

    pub(crate) fn start(mut self) -> Process {
        let file = |path| File::create(path).expect("a file for a stream");
        self.command.stdout(file(&self.stdout)).stderr(file(&self.stderr));
        let line = self.line();
        let child = self.command.spawn().expect("the program starts");
        Process { child, line, stdout: self.stdout, stderr: self.stderr }
    }

    pub(crate) fn finish(self) -> Finished {
        self.start().finish()
    }

    pub(super) fn line(&self) -> String {
        let arguments = self.command.get_args().map(|argument| format!(" {}", argument.to_string_lossy()));
        self.line.clone().unwrap_or_else(|| std::iter::once("bulk-invite".to_owned()).chain(arguments).collect())
    }
}

impl Process {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns what it has printed on standard output so far.
    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(&self.stdout).expect("standard output")
    }

    /// Returns what it has printed on standard error so far.
    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).expect("standard error")
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_none()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let name = match signal {
            Signal::Interrupt => "INT",
            Signal::Terminate => "TERM",
        };
        let kill = format!("kill -{name} {}", self.id());
        assert!(Command::new("/bin/sh").args(["-c", &kill]).status().expect("a shell").success(), "{kill}");
    }

    /// `kill -9`, which it must not have escaped by ending.
    pub(crate) fn kill(mut self) {
        assert!(self.is_running(), "it ended before it was killed\n{}", self.stderr());
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is gone");
    }

    pub(crate) fn finish(mut self) -> Finished {
        let end = Instant::now() + PATIENCE;
        while self.is_running() {
            let context = || format!("{} does not end\n{}\n{}", self.line, self.stdout(), self.stderr());
            assert!(Instant::now() < end, "{}", context());
            thread::sleep(Duration::from_millis(3));
        }
        let status = self.child.wait().expect("its status");
        Finished { line: self.line.clone(), status, stdout: self.stdout(), stderr: self.stderr() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Finished {
    /// Asserts that it ended with this code.
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.status.code(), Some(code), "{}", self.output());
        self
    }

    /// Asserts that the run ended early because no organization accepts requests, for this reason by its summary.
    #[track_caller]
    pub(crate) fn is_blocked(&self, reason: &str) -> &Self {
        self.exits(3);
        assert_eq!(self.json()["ended_early_reason"], reason, "{}", self.output());
        self
    }

    /// Returns the one JSON document on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} {}", self.output()))
    }

    /// Returns the lines of standard error below how the sheet was read.
    pub(crate) fn messages(&self) -> Vec<&str> {
        let is_reading =
            |line: &&str| ["reading ", "  columns: ", "  not used: "].iter().any(|start| line.starts_with(start));
        self.stderr.lines().skip_while(is_reading).collect()
    }

    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Returns everything, for the message of a failed assertion.
    pub(crate) fn output(&self) -> String {
        format!("({}; {})\nstdout:\n{}\nstderr:\n{}", self.line, self.status, self.stdout, self.stderr)
    }
}
