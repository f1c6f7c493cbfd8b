//! Other actors while the job runs: people who accept, other administrators who invite or cancel, and programs that
//! spend tokens of the same buckets.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bulk_invite::atlas::{EndpointSet, Membership};
use fastrand::Rng;
use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::faults::random_duration;
use crate::ledger::Creator;
use crate::network::{Shared, locked};
use crate::scenario::{Duplicates, Scenario};
use crate::sheet::address_of;

/// The tasks of the actors. They act until it is dropped.
pub(crate) type Actors = JoinSet<()>;

/// Starts the actors of a scenario.
pub(crate) fn begin(scenario: &Scenario, atlas: &Shared, people: usize, rng: &mut Rng) -> Actors {
    let mut actors = JoinSet::new();
    if let Some(pause) = scenario.accepting {
        actors.spawn(accepting(atlas.clone(), pause, rng.fork()));
    }
    if let Some(pause) = scenario.inviting {
        actors.spawn(inviting(atlas.clone(), pause, people, rng.fork()));
    }
    if let Some(pause) = scenario.cancelling {
        actors.spawn(cancelling(atlas.clone(), pause, rng.fork()));
    }
    if scenario.server.hazards.wrong_clocks && rng.bool() {
        actors.spawn(suspending(atlas.clone(), rng.fork()));
    }
    if let Some(pause) = scenario.spending {
        actors.spawn(spending(atlas.clone(), pause, rng.fork()));
    }
    actors
}

async fn accepting(atlas: Shared, pause: Duration, mut rng: Rng) {
    loop {
        sleep(random_duration(&mut rng, Duration::from_millis(1), pause)).await;
        let mut atlas = locked(&atlas);
        let pending = atlas.accepting();
        if let Some(address) = rng.choice(&pending) {
            atlas.accept(address);
        }
    }
}

async fn inviting(atlas: Shared, pause: Duration, people: usize, mut rng: Rng) {
    loop {
        sleep(random_duration(&mut rng, Duration::from_millis(1), pause)).await;
        let mut atlas = locked(&atlas);
        let address = address_of(rng.usize(..people + 3));
        // Their tool does not invite people who are pending or members.
        if !matches!(atlas.membership(&address), Some(Membership::Active | Membership::Pending)) {
            let is_other_job = atlas.server.hazards.named_inviters && rng.u8(..4) == 0;
            atlas.issue(&address, if is_other_job { Creator::OtherJob } else { Creator::Admin });
        }
    }
}

/// Acts as another administrator, who cancels pending invites of any creator, or invites those people again if Atlas
/// allows it.
async fn cancelling(atlas: Shared, pause: Duration, mut rng: Rng) {
    loop {
        sleep(random_duration(&mut rng, Duration::from_millis(1), pause)).await;
        let mut atlas = locked(&atlas);
        let Some(at) = rng.choice(atlas.pending()) else { continue };
        if atlas.server.duplicates == Duplicates::Accepted && rng.bool() {
            let address = atlas.ledger.issued[at].address.clone();
            atlas.issue(&address, Creator::Admin);
        } else {
            atlas.cancel(at, Creator::Admin);
        }
    }
}

/// Suspends the machine once. Its timers do not notice, but the server goes on and finishes what it was processing.
async fn suspending(atlas: Shared, mut rng: Rng) {
    sleep(random_duration(&mut rng, Duration::ZERO, Duration::from_secs(60))).await;
    let suspension = {
        let mut atlas = locked(&atlas);
        atlas.history.note(|| "the machine is suspended".to_owned());
        atlas.suspension.clone()
    };
    suspension.notify_waiters();
    // What the server was processing ends now, and not when the machine continues.
    sleep(Duration::from_nanos(1)).await;
    let mut atlas = locked(&atlas);
    let asleep = rng.i64(30..3600);
    atlas.history.note(|| format!("the machine continues after {asleep} s"));
    atlas.slept += SignedDuration::from_secs(asleep);
    atlas.suspended.fetch_add(asleep, Ordering::Relaxed);
}

async fn spending(atlas: Shared, pause: Duration, mut rng: Rng) {
    loop {
        sleep(random_duration(&mut rng, Duration::from_millis(1), pause)).await;
        let mut atlas = locked(&atlas);
        atlas.spend_token(EndpointSet::Organization);
        atlas.spend_token(EndpointSet::Users);
    }
}
