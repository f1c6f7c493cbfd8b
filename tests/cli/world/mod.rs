//! A folder of its own for every case, and what is needed in it.

mod process;
mod promise;
mod results;
mod schema;
mod server;
#[cfg(unix)]
mod terminal;

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use atlas_sandbox::{InitialOrganization, Options, Running};
use tempfile::TempDir;

pub(crate) use self::process::{Finished, Invocation, Process, Signal};
pub(crate) use self::promise::Promise;
pub(crate) use self::results::{Line, Results};
pub(crate) use self::schema::schema;
pub(crate) use self::server::{SandboxProcess, invite_elsewhere, play};
#[cfg(target_os = "linux")]
pub(crate) use self::terminal::Typist;

/// The longest time that a case waits for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder, which is also the home and the working directory of every process in it.
pub(crate) struct World {
    folder: TempDir,
    /// A folder for the streams of processes, so that they can be read meanwhile.
    streams: TempDir,
}

/// The kinds of credential that the sandbox accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    Token,
    ServiceAccount,
    Keys,
}

impl Credential {
    pub(crate) const ALL: [Credential; 3] = [Credential::Token, Credential::ServiceAccount, Credential::Keys];

    pub(crate) fn environment(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Credential::Token => vec![("MONGODB_ATLAS_ACCESS_TOKEN", atlas_sandbox::TOKEN)],
            Credential::ServiceAccount => vec![
                ("MONGODB_ATLAS_CLIENT_ID", atlas_sandbox::CLIENT_ID),
                ("MONGODB_ATLAS_CLIENT_SECRET", atlas_sandbox::CLIENT_SECRET),
            ],
            Credential::Keys => vec![
                ("MONGODB_ATLAS_PUBLIC_API_KEY", atlas_sandbox::PUBLIC_KEY),
                ("MONGODB_ATLAS_PRIVATE_API_KEY", atlas_sandbox::PRIVATE_KEY),
            ],
        }
    }

    /// Returns what no output may show.
    pub(crate) fn secret(self) -> &'static str {
        match self {
            Credential::Token => atlas_sandbox::TOKEN,
            Credential::ServiceAccount => atlas_sandbox::CLIENT_SECRET,
            Credential::Keys => atlas_sandbox::PRIVATE_KEY,
        }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = || tempfile::tempdir().expect("a temporary folder");
        Self { folder: folder(), streams: folder() }
    }

    /// Returns a world with `people.csv` of this many people.
    pub(crate) fn with_people(count: usize) -> Self {
        let world = Self::new();
        world.write("people.csv", sheet(&people(count)));
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect(name);
        // A profile that others can read or change is another case.
        #[cfg(unix)]
        if name.ends_with(".toml") {
            fs::set_permissions(self.path(name), std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect(name);
        }
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The results of `people.csv`.
    pub(crate) fn results(&self) -> Results {
        self.results_in("people.results.csv")
    }

    pub(crate) fn results_in(&self, name: &str) -> Results {
        Results::read(&self.path(name))
    }

    /// Returns how many whole lines the results file has at this moment; 0 without the file.
    pub(crate) fn lines_written(&self) -> usize {
        let bytes = fs::read(self.path("people.results.csv")).unwrap_or_default();
        bytes.iter().filter(|byte| **byte == b'\n').count()
    }

    /// The program with these arguments and nothing in its environment.
    pub(crate) fn program(&self, arguments: &[&str]) -> Invocation {
        Invocation::new(self.folder.path(), self.streams.path(), env!("CARGO_BIN_EXE_bulk-invite")).args(arguments)
    }

    /// A shell that runs the script with the program's path as `$0` and its arguments as `$@`.
    pub(crate) fn shell(&self, script: &str) -> Invocation {
        let shell = Invocation::new(self.folder.path(), self.streams.path(), "/bin/sh");
        shell.args(&["-c", script, env!("CARGO_BIN_EXE_bulk-invite")])
    }

    /// Returns a line as typed in a shell, in which `bulk-invite` is the program.
    #[cfg(target_os = "linux")]
    pub(crate) fn line(&self, line: &str) -> Invocation {
        let program = self.streams.path().join("bulk-invite");
        if !program.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_bulk-invite"), &program).expect("a link to the program");
        }
        Invocation::new(self.folder.path(), self.streams.path(), "/bin/sh").typed(line)
    }

    /// `bulk-invite run people.csv` against a sandbox, with its token.
    pub(crate) fn invite(&self, base_url: &str) -> Invocation {
        self.program(&["run", "people.csv"]).aimed_at(base_url).credential(Credential::Token)
    }
}

/// Starts a sandbox without people on a thread of this process, so that its ledger can be read.
pub(crate) fn sandbox(options: Options) -> Running {
    atlas_sandbox::start(Options { organization: InitialOrganization::without_people(), ..options }).expect("a sandbox")
}

/// Returns options with these faults.
pub(crate) fn faults(faults: &[&str]) -> Options {
    let faults = faults.iter().map(|fault| fault.parse().expect(fault)).collect();
    Options { faults, ..Options::default() }
}

/// Returns the addresses of this many people.
pub(crate) fn people(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("person-{number:03}@example.com")).collect()
}

/// Returns a spreadsheet of these people.
pub(crate) fn sheet(people: &[String]) -> String {
    let rows = people.iter().map(|email| format!("{email},ORG_MEMBER\n"));
    std::iter::once("email,roles\n".to_owned()).chain(rows).collect()
}

/// Runs the case for each value, all at the same time: most of a case's time is spent waiting.
pub(crate) fn at_once<T: Send>(values: impl IntoIterator<Item = T>, case: impl Fn(T) + Sync) {
    let case = &case;
    thread::scope(|scope| values.into_iter().for_each(|value| _ = scope.spawn(move || case(value))));
}

/// Waits until the condition holds.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "waited too long until {what}");
        thread::sleep(Duration::from_millis(3));
    }
}
