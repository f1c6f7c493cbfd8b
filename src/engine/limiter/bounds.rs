//! The limits that are believed if an answer names them. All that a server says is untrusted: a tiny limit must not
//! stall a job, and a huge one must not lift its pace.
//!
//! A limit out of these bounds is ignored: the documented one, or the one that was known, stays in force, and an answer
//! that refuses a request still makes the next ones wait.

use std::time::Duration;

/// The largest bucket, in requests. Atlas's documented ones hold up to 1,200.
const LARGEST: u32 = 100_000;
/// The longest period of a bucket. Atlas's documented ones refill every minute.
const LONGEST: Duration = Duration::from_secs(3600);
/// The rates that are believed, in requests a minute. Atlas's documented ones are 100 to 500.
const SLOWEST: u128 = 2;
const FASTEST: u128 = 100_000;

/// Returns whether a bucket of this capacity, refill and period is believed.
pub(super) fn is_plausible(capacity: u32, refill: u32, period: Duration) -> bool {
    if period.is_zero() || period > LONGEST || capacity.max(refill) > LARGEST {
        return false;
    }
    // A bucket passes no more in a period than it holds.
    let a_minute = u128::from(capacity.min(refill)) * 60_000 / period.as_millis().max(1);
    (SLOWEST..=FASTEST).contains(&a_minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiny_or_huge_buckets_are_not_believed() {
        for (capacity, refill, seconds, believed) in [
            (500, 250, 60, true),
            (1200, 500, 60, true),
            (500, 250, 1, true),
            (2, 250, 60, true),
            (3, 1, 20, true),
            (100_000, 120, 3600, true),
            (1, 1, 60, false),
            (1, 250, 60, false),
            (500, 1, 86_400, false),
            (500, 119, 3600, false),
            (500, 250, 3601, false),
            (500, 250, 0, false),
            (0, 250, 60, false),
            (500, 0, 60, false),
            (100_001, 250, 60, false),
            (u32::MAX, 250, 60, false),
            (500, u32::MAX, 60, false),
        ] {
            let period = Duration::from_secs(seconds);
            assert_eq!(is_plausible(capacity, refill, period), believed, "{capacity} {refill} per {seconds} s");
        }
    }
}
