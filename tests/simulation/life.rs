//! Who else is about while the job runs: people who accept, other administrators who invite, programs that drink from
//! the same buckets.

use std::time::Duration;

use bulk_invite::atlas::{EndpointSet, Membership};
use fastrand::Rng;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::ledger::Creator;
use crate::scenario::{Duplicates, Scenario};
use crate::sheet::address_of;
use crate::weather::span;
use crate::wire::{Shared, locked};

/// Everybody about; they act until it is dropped.
pub(crate) type Life = JoinSet<()>;

/// Lets everybody about act.
pub(crate) fn begin(scenario: &Scenario, atlas: &Shared, people: usize, rng: &mut Rng) -> Life {
    let mut life = JoinSet::new();
    if let Some(pause) = scenario.accepting {
        life.spawn(accepting(atlas.clone(), pause, rng.fork()));
    }
    if let Some(pause) = scenario.inviting {
        life.spawn(inviting(atlas.clone(), pause, people, rng.fork()));
    }
    if let Some(pause) = scenario.cancelling {
        life.spawn(cancelling(atlas.clone(), pause, rng.fork()));
    }
    if let Some(pause) = scenario.drinking {
        life.spawn(drinking(atlas.clone(), pause, rng.fork()));
    }
    life
}

async fn accepting(atlas: Shared, pause: Duration, mut rng: Rng) {
    loop {
        sleep(span(&mut rng, Duration::from_millis(1), pause)).await;
        let mut atlas = locked(&atlas);
        let pending = atlas.accepting();
        if let Some(address) = rng.choice(&pending) {
            atlas.accept(address);
        }
    }
}

async fn inviting(atlas: Shared, pause: Duration, people: usize, mut rng: Rng) {
    loop {
        sleep(span(&mut rng, Duration::from_millis(1), pause)).await;
        let mut atlas = locked(&atlas);
        let address = address_of(rng.usize(..people + 3));
        // Their tool does not invite who is there.
        if !matches!(atlas.membership(&address), Some(Membership::Active | Membership::Pending)) {
            atlas.issue(&address, Creator::Admin);
        }
    }
}

/// Another administrator cancels what is pending, whoever created it, and where Atlas lets them invites who is invited.
async fn cancelling(atlas: Shared, pause: Duration, mut rng: Rng) {
    loop {
        sleep(span(&mut rng, Duration::from_millis(1), pause)).await;
        let mut atlas = locked(&atlas);
        let Some(at) = rng.choice(atlas.pending()) else { continue };
        if atlas.manners.duplicates == Duplicates::Accepted && rng.bool() {
            let address = atlas.ledger.issued[at].address.clone();
            atlas.issue(&address, Creator::Admin);
        } else {
            atlas.cancel(at, Creator::Admin);
        }
    }
}

async fn drinking(atlas: Shared, pause: Duration, mut rng: Rng) {
    loop {
        sleep(span(&mut rng, Duration::from_millis(1), pause)).await;
        let mut atlas = locked(&atlas);
        atlas.drink(EndpointSet::Organization);
        atlas.drink(EndpointSet::Users);
    }
}
