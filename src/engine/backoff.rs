//! Computes the delays between attempts. It neither sleeps nor sends.
//!
//! This is the only file that names the `backoff` crate, which is unmaintained (RUSTSEC-2025-0012). Only its schedule
//! is used.

use std::sync::Mutex;
use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff;

/// The retry policy: the number of attempts for a row and the delays between them.
#[derive(Debug)]
pub struct Policy {
    max_attempts: u32,
    first: Duration,
    cap: Duration,
    jitter: Mutex<fastrand::Rng>,
}

impl Policy {
    /// Creates a policy of at most `max_attempts` requests for a row, including the first (at least 1). The delays
    /// between them are up to 1 s, 2 s, 4 s ... 30 s, drawn by a random generator seeded with `seed`.
    pub fn new(max_attempts: u32, seed: u64) -> Self {
        Self {
            max_attempts: max_attempts.max(1),
            first: Duration::from_secs(1),
            cap: Duration::from_secs(30),
            jitter: Mutex::new(fastrand::Rng::with_seed(seed)),
        }
    }

    /// Returns the maximum number of requests for a row.
    pub fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// Returns the delays for one row.
    pub fn delays(&self) -> Delays<'_> {
        let schedule = ExponentialBackoff {
            current_interval: self.first,
            initial_interval: self.first,
            randomization_factor: 0.0,
            multiplier: 2.0,
            max_interval: self.cap,
            max_elapsed_time: None,
            ..ExponentialBackoff::default()
        };
        Delays { schedule, policy: self }
    }
}

/// Growing delays with full jitter: each is drawn between zero and the next step of the schedule.
pub struct Delays<'a> {
    schedule: ExponentialBackoff,
    policy: &'a Policy,
}

impl Delays<'_> {
    /// Returns the next delay.
    pub fn next(&mut self) -> Duration {
        let step = self.schedule.next_backoff().unwrap_or(self.policy.cap);
        let share = self.policy.jitter.lock().map_or(1.0, |mut jitter| jitter.f64());
        step.mul_f64(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_have_full_jitter_up_to_the_cap() {
        let policy = Policy::new(5, 7);
        let steps = [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0];
        let mut shortest = 1.0_f64;
        let mut longest = 0.0_f64;
        for _ in 0..200 {
            let mut delays = policy.delays();
            for step in steps {
                let share = delays.next().as_secs_f64() / step;
                assert!((0.0..=1.0).contains(&share), "{share} of {step} s");
                (shortest, longest) = (shortest.min(share), longest.max(share));
            }
        }
        assert!(shortest < 0.1 && longest > 0.9, "full jitter uses the whole range: {shortest} to {longest}");
    }

    #[test]
    fn the_same_seed_draws_the_same_delays() {
        let draw = |seed| -> Vec<Duration> {
            let policy = Policy::new(5, seed);
            let mut delays = policy.delays();
            (0..6).map(|_| delays.next()).collect()
        };
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }
}
