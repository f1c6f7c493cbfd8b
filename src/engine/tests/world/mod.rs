//! The setup of a run: a sheet, a scripted Atlas, a results file on disk, and a paused clock.

mod disruption;
mod run;

use std::collections::{HashMap, VecDeque};
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

pub(super) use self::disruption::Disruption;
pub(super) use self::run::Run;

use self::disruption::Disruptions;
use super::script::{Reply, Server, State, SyncedDisk, a_person, an_invite};
use crate::atlas::api::{Api, InviterName, Membership};
use crate::engine::backoff::Policy;
use crate::engine::clock::Clock;
use crate::engine::event::Event;
use crate::engine::limiter::{Limiter, MaxWait, Pace};
use crate::engine::session::Session;
use crate::engine::{Input, MaxFailures, Organization, Run as EngineRun, RunOptions, Summary, dispatch};
use crate::model::invitation::{ObjectId, OrgRoles};
use crate::model::person::PersonKeys;
use crate::model::reason::Halt;
use crate::model::status::JobKind;
use crate::plan::directory::Directory;
use crate::plan::{PlanOptions, Planner};
use crate::results::{Journal, Layout, ResultsReader, Start};
use crate::spreadsheet::{Sheet, SheetOptions};

pub(super) const ORGANIZATION: &str = "32b6e34b3d91647abb20e7b8";
const OTHER: &str = "42b6e34b3d91647abb20e7b8";
const SEED: u64 = 7;
const RUN_RESULTS: &str = "people.results.csv";

/// Returns the address of a person whom tests call by name.
pub(super) fn email(name: &str) -> String {
    if name.contains('@') { name.to_owned() } else { format!("{name}@example.com") }
}

pub(super) fn name(email: &str) -> &str {
    email.strip_suffix("@example.com").unwrap_or(email)
}

/// Returns a time as tests write it: `30`, `0.25`.
pub(super) fn seconds(time: Duration) -> f64 {
    time.as_millis() as f64 / 1000.0
}

/// Returns the time at which the first run of every world begins.
pub(super) fn start() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

/// Returns the time this number of seconds after the beginning, or before it if negative.
pub(super) fn at(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

/// Returns the ends of the delays of the first row that waits, in seconds: the sums of the seeded delays.
pub(super) fn backoff() -> Vec<f64> {
    let policy = Policy::new(5, SEED);
    let mut delays = policy.delays();
    let mut total = 0;
    let mut next = || {
        // Tokio's timers end on whole milliseconds.
        total += delays.next().as_micros().div_ceil(1000);
        total as f64 / 1000.0
    };
    (0..5).map(|_| next()).collect()
}

struct BrokenDisk;

impl Read for BrokenDisk {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is broken"))
    }
}

pub(super) struct World {
    folder: Arc<TempDir>,
    keys: PersonKeys,
    /// The beginning of the first run, on the wall clock and on tokio's.
    beginning: Option<(Clock, Instant)>,
    sheet: String,
    /// Set if reader the sheet fails after its rows.
    pub(super) unreadable_tail: bool,
    pub(super) api: Api,
    pub(super) pace: Pace,
    pub(super) max_wait: MaxWait,
    /// The time from the start of the run after which nothing is sent.
    pub(super) deadline: Option<Duration>,
    pub(super) options: RunOptions,
    pub(super) directory: Directory,
    organizations: Vec<ObjectId>,
    kind: JobKind,
    fresh: bool,
    pub(super) halt: Option<Halt>,
    replies: HashMap<String, VecDeque<Reply>>,
    ahead: Option<SignedDuration>,
    inviter: InviterName,
    disruptions: Disruptions,
    kill: Option<Duration>,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            folder: Arc::new(tempfile::tempdir().unwrap()),
            keys: PersonKeys::default(),
            beginning: None,
            sheet: "email,roles,note\n".to_owned(),
            unreadable_tail: false,
            api: Api::Invites,
            pace: Pace::Unlimited,
            max_wait: MaxWait::Off,
            deadline: None,
            options: RunOptions {
                organization: ORGANIZATION.parse().ok(),
                concurrency: 16,
                settle: Duration::from_secs(30),
                timeout: Duration::from_secs(30),
                max_failures: MaxFailures::Off,
                deadline: None,
                limit: None,
                dry_run: false,
                reinvite_expired: false,
                rows: None,
            },
            directory: Directory::new(),
            organizations: vec![ORGANIZATION.parse().unwrap()],
            kind: JobKind::Invite,
            fresh: false,
            halt: None,
            replies: HashMap::new(),
            ahead: Some(SignedDuration::ZERO),
            inviter: InviterName::Unknown,
            disruptions: Disruptions::default(),
            kill: None,
        }
    }

    pub(super) fn users() -> Self {
        Self { api: Api::Users, ..Self::new() }
    }

    /// Creates a world of two organizations. Rows name theirs: `ada,ORG_MEMBER,` or `ada,ORG_MEMBER,OTHER`.
    pub(super) fn two_organizations() -> Self {
        let organizations = [ORGANIZATION, OTHER].map(|id| id.parse().unwrap()).into();
        Self { sheet: "email,roles,org_id\n".to_owned(), organizations, ..Self::new() }
    }

    /// Adds a row for each of these people, as an organization member.
    pub(super) fn people<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        for name in names {
            self.sheet.push_str(&format!("{},ORG_MEMBER,\n", email(name.as_ref())));
        }
        self
    }

    /// Adds a row: `ada,ORG_OWNER,note`.
    pub(super) fn row(mut self, row: &str) -> Self {
        let (name, rest) = row.split_once(',').unwrap();
        let address = if name.is_empty() { String::new() } else { email(name) };
        self.sheet.push_str(&format!("{address},{}\n", rest.replace("OTHER", OTHER)));
        self
    }

    /// Scripts the answers to a request, in order. Without a script it succeeds, and look-ups find no person.
    pub(super) fn when(mut self, request: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.replies.entry(request.to_owned()).or_default().extend(replies);
        self
    }

    pub(super) fn concurrency(mut self, rows: usize) -> Self {
        self.options.concurrency = rows;
        self
    }

    pub(super) fn server_ahead(mut self, seconds: i64) -> Self {
        self.ahead = Some(SignedDuration::from_secs(seconds));
        self
    }

    /// Sets the local clock ahead by this number of seconds, and not the server's.
    pub(super) fn clock_changed_by(mut self, seconds: i64) -> Self {
        let change = SignedDuration::from_secs(seconds);
        let changed = |(_, origin): (Clock, Instant)| {
            let elapsed = SignedDuration::try_from(origin.elapsed()).unwrap();
            (Clock::starting_at(start() + elapsed + change), origin)
        };
        self.beginning = self.beginning.map(changed);
        self.ahead = self.ahead.map(|ahead| ahead - change);
        self
    }

    /// Sets the name of the credential as an inviter.
    pub(super) fn inviter(mut self, name: &str) -> Self {
        self.inviter = InviterName::Known(name.to_owned());
        self
    }

    pub(super) fn without_date(mut self) -> Self {
        self.ahead = None;
        self
    }

    /// Decides about every row again.
    pub(super) fn fresh(mut self) -> Self {
        self.fresh = true;
        self
    }

    /// Kills the process this number of seconds after the run begins.
    pub(super) fn killed_after(mut self, seconds: f64) -> Self {
        self.kill = Some(Duration::from_secs_f64(seconds));
        self
    }

    /// Adds a pending invite that exists when the run begins.
    pub(super) fn pending(mut self, name: &str, id: &str) -> Self {
        self.directory.add_invite(an_invite(id, &email(name), None));
        self
    }

    /// Adds a person who is a member when the run begins.
    pub(super) fn member(mut self, name: &str) -> Self {
        self.directory.add_person(a_person("user", &email(name), Membership::Active, None));
        self
    }

    fn results(&self) -> PathBuf {
        self.folder.path().join(match self.kind {
            JobKind::Invite => RUN_RESULTS,
            JobKind::Revoke => "people.revoked.csv",
        })
    }

    /// Runs the command until it ends or is killed. Checks the rules that hold for every run.
    pub(super) async fn run(mut self) -> Run {
        let began = Instant::now();
        let (clock, origin) = *self.beginning.get_or_insert_with(|| (Clock::starting_at(start()), began));
        let server = Server(Arc::new(State {
            clock,
            origin,
            results: self.results(),
            ahead: self.ahead,
            inviter: self.inviter.clone(),
            replies: Mutex::new(self.replies.clone()),
            requests: Default::default(),
            synced: Default::default(),
            unrecorded: Default::default(),
            ended: Default::default(),
            sent_after_end: Default::default(),
        }));
        let summary = match self.kill {
            // Dropping the run has the effect of a kill: only flushed lines remain.
            Some(kill) => timeout(kill, self.dispatch(&server)).await.ok(),
            None => Some(self.dispatch(&server).await),
        };
        let requests = std::mem::take(&mut *server.0.requests.lock().unwrap());
        if self.disruptions.removal.is_none() {
            assert_eq!(*server.0.unrecorded.lock().unwrap(), [""; 0], "every request has a `sending` line before it");
        }
        assert_eq!(*server.0.sent_after_end.lock().unwrap(), [""; 0], "nothing is sent after the stop was reported");
        let unused = server.0.replies.lock().unwrap();
        let unused: Vec<_> = unused.iter().filter(|(_, replies)| replies.iter().any(Reply::is_single)).collect();
        assert!(unused.is_empty(), "scripted answers that were not used: {unused:?}; the requests: {requests:#?}");
        let lines = csv::Reader::from_path(self.results());
        let lines = lines.map(|csv| csv.into_records().map(Result::unwrap).collect()).unwrap_or_default();
        Run { took: seconds(began.elapsed()), world: self, requests, lines, summary }
    }

    fn invite_input(&self) -> (Input<'_>, Layout) {
        let text = Cursor::new(self.sheet.clone());
        let stream: Box<dyn Read> =
            if self.unreadable_tail { Box::new(text.chain(BrokenDisk)) } else { Box::new(text) };
        let sheet = Sheet::open(crate::spreadsheet::Input::Stream(stream), &SheetOptions::default()).unwrap().sheet;
        let header = sheet.header();
        let plan = PlanOptions { default_roles: OrgRoles::default(), organization: ORGANIZATION.parse().ok() };
        let carried: Vec<String> = header.carried().iter().map(|column| column.name.clone()).collect();
        let directories = self.organizations.iter().map(|id| (*id, &self.directory)).collect();
        let planner = Planner::new(plan, header, directories);
        (Input::Sheet(sheet, planner), carried.into())
    }

    async fn dispatch(&self, server: &Server) -> Summary {
        let directory = &self.directory;
        let (input, layout) = match self.kind {
            JobKind::Invite => self.invite_input(),
            JobKind::Revoke => {
                let reader = ResultsReader::open(&self.folder.path().join(RUN_RESULTS)).unwrap();
                let layout = Layout::for_revoke(reader.carried());
                (Input::Results(reader), layout)
            }
        };
        let start = if self.fresh { Start::Fresh(server.0.clock.now()) } else { Start::Continue };
        let (mut journal, earlier) =
            Journal::open(&self.results(), &self.organizations, &self.keys, layout, start).unwrap();
        journal.set_disk(Box::new(SyncedDisk(server.0.synced.clone())));
        let limiter = Limiter::new(self.pace).with_max_wait(self.max_wait);
        let (sender, learned) = mpsc::unbounded_channel();
        let session = || {
            let (limiter, policy) = (limiter.beside(self.pace), Policy::new(5, SEED));
            let clock = server.0.clock;
            let session = Session::new(server.clone(), self.api, limiter, policy, clock, sender.clone());
            // The look-ups before the first row show the server's clock.
            if let Some(date) = server.0.date() {
                session.server_clock.observe(date, clock.now(), SignedDuration::ZERO);
            }
            session
        };
        let organization =
            |id: &ObjectId| Organization { id: *id, session: session(), directory, blocked: None, rows: None };
        let run = EngineRun {
            options: RunOptions { deadline: self.deadline.map(|time| Instant::now() + time), ..self.options.clone() },
            clock: server.0.clock,
            organizations: self.organizations.iter().map(organization).collect(),
            learned,
            journal,
            earlier,
            keys: self.keys.clone(),
            halt: self.halt.clone(),
            failed_rows: None,
        };
        let (sender, signals) = mpsc::channel(4);
        let (mut disruptions, folder) = (self.disruptions.clone(), self.folder.path());
        let timed = disruptions.begin(folder, sender.clone());
        let mut on_event = |event: Event<'_>| {
            disruptions.observe(&event, folder, &sender);
            if matches!(event, Event::Stopping { .. }) {
                server.0.ended.store(true, Ordering::Relaxed);
            }
        };
        let summary = dispatch(run, input, signals, &mut on_event).await;
        timed.abort();
        summary
    }
}

impl World {
    /// Replaces the sheet with one without rows.
    pub(super) fn new_sheet(mut self) -> Self {
        self.sheet = "email,roles,note\n".to_owned();
        self
    }
}
