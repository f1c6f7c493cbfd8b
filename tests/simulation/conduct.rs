//! What the job may not do while it runs, watched from the server's end: send what is not written down, send after it
//! was stopped, send into a bucket that it knows to be empty, send faster than it was told to.

use std::path::PathBuf;
use std::time::Duration;

use bulk_invite::atlas::EndpointSet;
use bulk_invite::engine::Pace;

use crate::results::Tail;

const SETS: usize = EndpointSet::ALL.len();

#[derive(Debug, Default)]
pub(crate) struct Conduct {
    /// Whether anybody listens for signals yet, and whether one has come.
    listens: bool,
    signalled: bool,
    stopped: Option<(Duration, &'static str)>,
    /// For each bucket: when the client last heard that it is empty, and when it fills.
    told: [Option<(Duration, Duration)>; SETS],
    /// Refusals since then that the client should have known.
    needless: [u32; SETS],
    /// Under a pace of the user's own: the interval, the burst, and when each bucket's next request is due.
    pace: Option<(Duration, u32)>,
    due: [Duration; SETS],
    tail: Option<Tail>,
}

impl Conduct {
    /// Another run begins, which knows nothing of the one before.
    pub(crate) fn begin_run(&mut self, pace: Pace) {
        let pace = match pace {
            Pace::Fixed { rate, burst } => Some((rate.per / rate.requests.get(), burst.get())),
            Pace::Atlas | Pace::Unlimited => None,
        };
        *self = Self { pace, ..Self::default() };
    }

    /// The run has opened the results file.
    pub(crate) fn opened(&mut self, results: PathBuf) {
        self.tail = Some(Tail::new(results));
    }

    /// The dispatcher begins, and with it somebody listens for signals.
    pub(crate) fn listens(&mut self, now: Duration) {
        self.listens = true;
        if self.signalled {
            self.stopped(now, "a signal had come");
        }
    }

    pub(crate) fn signalled(&mut self, now: Duration) {
        self.signalled = true;
        if self.listens {
            self.stopped(now, "a signal had come");
        }
    }

    /// Nothing may be sent any more.
    pub(crate) fn stopped(&mut self, now: Duration, why: &'static str) {
        self.stopped.get_or_insert((now, why));
    }

    /// The client has heard when the bucket fills.
    pub(crate) fn told(&mut self, set: EndpointSet, now: Duration, next_step: Duration) {
        let told = &mut self.told[set as usize];
        if told.is_none_or(|(_, known)| known < next_step) {
            *told = Some((now, next_step));
            self.needless[set as usize] = 0;
        }
    }

    /// A request leaves the client.
    pub(crate) fn departs(&mut self, set: EndpointSet, now: Duration) -> Option<String> {
        // What was on its way in the same instant could not know.
        if let Some((at, why)) = self.stopped.filter(|(at, _)| now > *at) {
            return Some(format!("a request was sent although {why} at {:.3} s", at.as_secs_f64()));
        }
        let (interval, burst) = self.pace?;
        let due = self.due[set as usize].max(now);
        self.due[set as usize] = due + interval;
        let rounding = Duration::from_millis(2);
        (due - now > interval * (burst - 1) + rounding).then(|| "the pace of the user's own was exceeded".to_owned())
    }

    /// The server refuses a request because its bucket is empty.
    ///
    /// One refill's worth of mistakes is forgiven until the bucket fills: answers that overtake each other, while others
    /// drink too, can look like a refill.
    pub(crate) fn refused_by_bucket(
        &mut self,
        set: EndpointSet,
        departed: Duration,
        now: Duration,
        refill: u32,
    ) -> Option<String> {
        let (heard, next_step) = self.told[set as usize].filter(|(heard, step)| departed > *heard && now < *step)?;
        let needless = &mut self.needless[set as usize];
        *needless += 1;
        (*needless > refill).then(|| {
            format!(
                "{needless} requests, the last of {:.3} s, met the empty bucket of {set:?}, although a 429 had told at \
                 {:.3} s to wait until {:.3} s",
                departed.as_secs_f64(),
                heard.as_secs_f64(),
                next_step.as_secs_f64()
            )
        })
    }

    /// Whether the last line about this address is that a request is about to go out.
    pub(crate) fn is_sending(&mut self, address: &str) -> bool {
        self.tail.as_mut().is_some_and(|tail| tail.last_status(address).as_deref() == Some("sending"))
    }

    /// A request to invite this address, or to cancel its invite, leaves the client.
    pub(crate) fn changes(&mut self, address: &str) -> Option<String> {
        let status = self.tail.as_mut()?.last_status(address);
        (status.as_deref() != Some("sending")).then(|| {
            format!("a request for {address} was sent while its last line in the file is {status:?}, not sending")
        })
    }
}
