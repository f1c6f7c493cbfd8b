//! A run of the real engine, assembled as the program does, with the signals and kills that may end it.

use std::fs;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use bulk_invite::atlas::Api;
use bulk_invite::engine::{
    Clock, Event, Input, Learned, Limiter, MaxFailures, Organization, Policy, Run, RunOptions, Session, Summary,
    dispatch, preflight, preflight_pending,
};
use bulk_invite::model::{Blocked, Halt, OrgRoles, PersonKeys, Signal};
use bulk_invite::plan::{Directory, PlanOptions, Planner};
use bulk_invite::results::{Durability, Earlier, Journal, Layout, ResultsReader, Start};
use bulk_invite::spreadsheet::{Sheet, SheetOptions};
use fastrand::Rng;
use jiff::SignedDuration;
use tokio::sync::mpsc;
use tokio::time::{sleep, sleep_until};

use crate::atlas::ORGANIZATION;
use crate::disk::FailingDisk;
use crate::network::{Network, Shared, locked};
use crate::scenario::Settings;

/// A run as the user starts it.
#[derive(Clone, Debug)]
pub(crate) struct UserRun {
    pub(crate) results: PathBuf,
    pub(crate) command: Command,
    pub(crate) settings: Settings,
    /// Set for the job under test, and not for another process that runs the same sheet.
    pub(crate) is_of_job: bool,
    /// Set to ignore the results of earlier runs.
    pub(crate) fresh: bool,
    /// Set to invite people again whose invitation has expired.
    pub(crate) reinvite_expired: bool,
    /// Set if a second run tries to use the same results.
    pub(crate) tried_twice: bool,
    pub(crate) seed: u64,
    pub(crate) max_failures: MaxFailures,
    pub(crate) limit: Option<u64>,
    /// The time of the first signal, and the time from it to a second one.
    pub(crate) signals: Option<(Duration, Option<Duration>)>,
    pub(crate) crash: Crash,
    /// A disk that fails during the run.
    pub(crate) disk: Option<FailingDisk>,
}

/// The command, with its input.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// `run`, with a sheet.
    Invite(Vec<u8>),
    /// `revoke`, with the results of a run.
    Revoke(PathBuf),
}

/// The time at which the process is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Crash {
    Never,
    After(Duration),
    /// Before this poll of the run's future, counted from 1.
    AtPoll(u64),
}

/// The end of a run.
#[derive(Debug)]
pub(crate) enum End {
    Killed,
    /// The run ended by itself. The second value is set if the organization could be read.
    Ended(Box<Summary>, bool),
}

/// Runs the command once.
pub(crate) async fn run(user_run: &UserRun, atlas: &Shared) -> End {
    if user_run.is_of_job {
        locked(atlas).client_rules.begin_run(user_run.settings.pace);
    }
    let (signal, signals) = mpsc::channel(4);
    let sender = user_run.signals.map(|(first, second)| {
        let atlas = atlas.clone();
        tokio::spawn(async move {
            for wait in [Some(first), second].into_iter().flatten() {
                sleep(wait).await;
                {
                    let mut atlas = locked(&atlas);
                    atlas.history.note(|| "a signal arrives".to_owned());
                    let now = atlas.history.now();
                    atlas.client_rules.signalled(now);
                }
                // The run may be over.
                let _ = signal.send(Signal::Interrupt).await;
            }
            signal.closed().await;
        })
    });
    let end = until_killed(run_command(user_run, atlas, signals), user_run.crash).await;
    if let Some(sender) = sender {
        sender.abort();
    }
    // The tasks that the run had spawned end before anything else happens.
    sleep(Duration::from_millis(1)).await;
    end
}

async fn until_killed(run: impl Future<Output = End>, crash: Crash) -> End {
    let mut run = pin!(run);
    let (time, mut polls) = match crash {
        Crash::Never => (None, u64::MAX),
        Crash::After(time) => (Some(tokio::time::Instant::now() + time), u64::MAX),
        Crash::AtPoll(polls) => (None, polls),
    };
    let mut killed = pin!(async {
        match time {
            Some(time) => sleep_until(time).await,
            None => std::future::pending().await,
        }
    });
    poll_fn(|context| {
        polls -= 1;
        if polls == 0 || killed.as_mut().poll(context).is_ready() {
            return Poll::Ready(End::Killed);
        }
        run.as_mut().poll(context)
    })
    .await
}

async fn run_command(user_run: &UserRun, atlas: &Shared, signals: mpsc::Receiver<Signal>) -> End {
    let organization = ORGANIZATION.parse().expect("an id");
    match &user_run.command {
        Command::Invite(text) => {
            let sheet = Sheet::from_bytes(text.clone(), &SheetOptions::default()).expect("the sheet has a header");
            let carried: Vec<String> = sheet.header().carried().iter().map(|carried| carried.name.clone()).collect();
            let opened = Opened::open(user_run, user_run.settings.api, carried.into(), atlas);
            let (directory, blocked) = directory_of(preflight(&opened.session).await);
            let planning = PlanOptions { default_roles: OrgRoles::default(), organization: Some(organization) };
            let planner = Planner::new(planning, sheet.header(), vec![(organization, &directory)]);
            let input = Input::Sheet(sheet, planner);
            opened.dispatch(user_run, (&directory, blocked), input, atlas, signals).await
        }
        Command::Revoke(run) => {
            let reader = ResultsReader::open(run).expect("the results of the run can be read");
            let layout = Layout::for_revoke(reader.carried());
            let opened = Opened::open(user_run, Api::Invites, layout, atlas);
            let (directory, blocked) = directory_of(preflight_pending(&opened.session).await);
            let input = Input::Results(reader);
            opened.dispatch(user_run, (&directory, blocked), input, atlas, signals).await
        }
    }
}

fn directory_of(read: Result<Directory, Blocked>) -> (Directory, Option<Blocked>) {
    read.map_or_else(|blocked| (Directory::offline(), Some(blocked)), |directory| (directory, None))
}

/// The parts of a run that are opened before its first request.
struct Opened {
    session: Session<Network>,
    clock: Clock,
    learned: mpsc::UnboundedReceiver<Learned>,
    journal: Journal,
    earlier: Earlier,
    keys: PersonKeys,
}

impl Opened {
    fn open(user_run: &UserRun, api: Api, layout: Layout, atlas: &Shared) -> Self {
        let settings = &user_run.settings;
        let organization = ORGANIZATION.parse().expect("an id");
        let keys = PersonKeys::default();
        let (now, suspended) = {
            let atlas = locked(atlas);
            (atlas.machine_clock(), atlas.suspended)
        };
        let before = SignedDuration::from_secs(suspended.load(Ordering::Relaxed));
        let clock = Clock::starting_at(now - before).with_suspensions(suspended);
        let start = if user_run.fresh { Start::Fresh(now) } else { Start::Continue };
        let opened = Journal::open(&user_run.results, &[organization], &keys, layout, start);
        let (mut journal, earlier) = opened.expect("the results can be resumed");
        match &user_run.disk {
            None => journal.set_durability(Durability::Process),
            Some(disk) => journal.set_disk(Box::new(disk.clone())),
        }
        if user_run.is_of_job {
            locked(atlas).client_rules.opened(user_run.results.clone(), user_run.tried_twice);
        }
        let (sender, learned) = mpsc::unbounded_channel();
        let session = Session::new(
            Network {
                atlas: atlas.clone(),
                timeout: settings.timeout,
                settle: settings.settle,
                is_of_job: user_run.is_of_job,
            },
            api,
            Limiter::new(settings.pace),
            Policy::new(settings.max_attempts, user_run.seed),
            clock,
            sender,
        );
        Self { session, clock, learned, journal, earlier, keys }
    }

    async fn dispatch(
        self,
        user_run: &UserRun,
        (directory, blocked): (&Directory, Option<Blocked>),
        input: Input<'_>,
        atlas: &Shared,
        signals: mpsc::Receiver<Signal>,
    ) -> End {
        let organization = ORGANIZATION.parse().expect("an id");
        let Self { session, clock, learned, journal, earlier, keys } = self;
        let (was_read, settings) = (blocked.is_none(), &user_run.settings);
        let run = Run {
            options: RunOptions {
                organization: Some(organization),
                concurrency: settings.concurrency,
                settle: settings.settle,
                timeout: settings.timeout,
                max_failures: user_run.max_failures,
                deadline: None,
                limit: user_run.limit,
                dry_run: false,
                reinvite_expired: user_run.reinvite_expired,
                rows: None,
            },
            clock,
            organizations: vec![Organization { id: organization, session, directory, blocked, rows: None }],
            learned,
            journal,
            earlier,
            keys,
            halt: None,
            failed_rows: None,
        };
        if user_run.is_of_job {
            let mut atlas = locked(atlas);
            let now = atlas.history.now();
            atlas.client_rules.begin_dispatch(now);
        }
        let summary = dispatch(run, input, signals, &mut |event| record(atlas, user_run, &event)).await;
        End::Ended(Box::new(summary), was_read)
    }
}

/// Records an event of the run, and checks from then on that a run that stops sends nothing.
fn record(atlas: &Shared, user_run: &UserRun, event: &Event<'_>) {
    let mut atlas = locked(atlas);
    match event {
        Event::Stopping { halt } => {
            // The text of the error has the path of a temporary folder.
            let unwritable = matches!(halt, Halt::ResultsUnwritable(_));
            atlas.history.note(|| {
                format!(
                    "the run stops: {}",
                    if unwritable { "ResultsUnwritable".to_owned() } else { format!("{halt:?}") }
                )
            });
            let now = atlas.history.now();
            if user_run.is_of_job {
                atlas.client_rules.stopped(now, "the run had reported that it stops");
            }
        }
        Event::Blocked { organization, blocked } => {
            atlas.history.violation(format!("one of several organizations, {organization}, is blocked: {blocked}"));
        }
        Event::Settled { row, email, outcome, kept } => atlas.history.note(|| {
            let kept = if *kept { ", kept" } else { "" };
            let detail = outcome.error_detail.as_deref().unwrap_or_default();
            let id = outcome.invite_id.as_deref().unwrap_or_default();
            let of = if user_run.is_of_job { "row" } else { "the other process: row" };
            format!("{of} {row:?} {email} is {} {id}{kept}: {detail}", outcome.status.as_str())
        }),
        Event::Learned { learned, .. } => atlas.history.note(|| format!("{learned:?}")),
        Event::Sending { .. } | Event::Waiting { .. } | Event::Progress(_) => {}
        Event::Unwritten { lines } if user_run.disk.is_some() => {
            atlas.history.note(|| format!("{} lines could not be written", lines.len()));
        }
        Event::Unwritten { lines } => {
            atlas.history.violation(format!("{} lines could not be written", lines.len()));
        }
    }
}

/// Tries to open the results of a run that is still going, by one of several ways. Returns an error if that succeeds.
pub(crate) fn is_locked(results: &Path, rng: &mut Rng) -> Result<(), String> {
    let link = results.with_extension("link");
    let way = rng.u8(..3);
    let path = match way {
        0 => results,
        1 if fs::hard_link(results, &link).is_ok() => &link,
        1 => return Ok(()),
        _ => {
            let mut lock = results.as_os_str().to_owned();
            lock.push(".lock");
            // The user has removed it, or there is none.
            let _ = fs::remove_file(lock);
            results
        }
    };
    let organization = ORGANIZATION.parse().expect("an id");
    let opened = Journal::open(path, &[organization], &PersonKeys::default(), Layout::default(), Start::Continue);
    let _ = fs::remove_file(link);
    let way = ["its path", "a hard link", "its path, without the lock file"][usize::from(way)];
    if opened.is_ok() { Err(format!("a second run could open the results of a run by {way}")) } else { Ok(()) }
}
