//! The promise of exactly once, proved on the real engine against a model of Atlas under a paused clock.
//!
//! One number, the seed, picks everything: the sheet and what becomes of it, the server's manners, every fault, every
//! latency, who else is about, when signals come and when the process is killed. One seed has one history.
//!
//! `BULK_INVITE_SEEDS=20000` plays more seeds; `BULK_INVITE_SEED=1234` plays one and prints its history.

mod answers;
mod atlas;
mod bucket;
mod conduct;
mod history;
mod ledger;
mod life;
mod promise;
mod results;
mod scenario;
mod session;
mod sheet;
mod story;
mod weather;
mod wire;

use std::env;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use tempfile::TempDir;

/// Seeds that are played where nothing else is asked for.
const SEEDS: u64 = 1000;

/// A folder for results files, in memory where the system has such a place: syncing to a disk would be all that we test.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a temporary folder")
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is not a number: {text}")))
}

/// Plays a seed again and prints all of it.
#[expect(clippy::print_stdout, reason = "who asks for a history wants to read it")]
fn print(seed: u64) {
    let folder = folder();
    let told = story::play(seed, true, folder.path());
    println!("seed {seed}");
    told.events.iter().for_each(|event| println!("{event}"));
    told.violations.iter().for_each(|violation| println!("seed {seed}: {violation}"));
}

#[test]
fn exactly_once() {
    if let Some(seed) = number("BULK_INVITE_SEED") {
        let folder = folder();
        let told = story::play(seed, false, folder.path());
        print(seed);
        assert!(told.violations.is_empty(), "seed {seed}: {:#?}", told.violations);
        return;
    }
    let seeds = number("BULK_INVITE_SEEDS").unwrap_or(SEEDS);
    let next = AtomicU64::new(0);
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let play = || {
        let folder = folder();
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return failed;
            }
            let told = story::play(seed, false, folder.path());
            if !told.violations.is_empty() {
                failed.push((seed, told.violations));
            }
        }
    };
    let mut failed: Vec<(u64, Vec<String>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(play)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no seed panics")).collect()
    });
    failed.sort();
    if let Some((seed, _)) = failed.first() {
        print(*seed);
        let each: Vec<String> = failed
            .iter()
            .take(20)
            .map(|(seed, violations)| format!("BULK_INVITE_SEED={seed}: {}", violations[0]))
            .collect();
        panic!(
            "{} of {seeds} seeds broke the promise; the history of seed {seed} is above\n{}",
            failed.len(),
            each.join("\n")
        );
    }
}

#[test]
fn one_seed_has_one_history() {
    for seed in 0..20 {
        let (one, other) = (folder(), folder());
        let (first, again) = (story::play(seed, true, one.path()), story::play(seed, true, other.path()));
        let differs = first.events.iter().zip(&again.events).find(|(first, again)| first != again);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(first.events.len(), again.events.len(), "seed {seed}");
    }
}
