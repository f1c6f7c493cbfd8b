//! Decides whose invite a look-up has found: by the name of its inviter, and by the time at which it was created.
//!
//! The times of this row's requests are kept by the server's clock, as it was known when they were sent. A local clock
//! that is changed, or that stops while the machine is suspended, therefore does not matter.

use jiff::{SignedDuration, Timestamp};

use super::{ActiveRow, Span};
use crate::atlas::api::{Gateway, Invite};
use crate::engine::authorship::Author;
use crate::engine::clock::ServerClock;
use crate::engine::look_up::Entries;

/// The time by which an invite of ours may be older than our request, if its author is unknown. The server's times are
/// rounded down to whole seconds, and so is our knowledge of its clock.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// The same if the invite is certainly from our credential. The clock that stamps invites may differ from the one that
/// stamps answers.
const OWN_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// The time of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// By the local clock.
    pub(super) local: Timestamp,
    /// By the server's clock, if it was known then.
    pub(super) server: Option<Timestamp>,
}

impl Moment {
    /// Returns the time by the server's clock, as it is known now if it was not known then.
    fn on(self, clock: &ServerClock) -> Option<Timestamp> {
        self.server.or_else(|| clock.translate(self.local))
    }
}

/// The time in which a request of this job may have created an invite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The first such request.
    pub(super) since: Moment,
    /// The server's time at which an earlier run's request had certainly ended.
    pub(super) until: Option<Timestamp>,
    /// The time in which an earlier run's request may have created an invite of this credential.
    pub(super) own: Option<Span>,
    /// The time at which the server answered that the person is absent. Its lists may have lagged.
    pub(super) absent: Option<Moment>,
}

impl Window {
    pub(super) fn new(since: Moment) -> Self {
        Self { since, until: None, own: None, absent: None }
    }

    /// Returns whether an invite of this author was created while the request can have been running, and not after the
    /// server answered that the person is absent.
    fn covers(&self, created: Option<Timestamp>, author: Author, clock: &ServerClock) -> bool {
        let (since, until) = (self.since.on(clock), self.until);
        let (since, until, tolerance) = match (author, self.own) {
            (Author::Own, Some(Span { since, until })) => (Some(since), Some(until), OWN_TOLERANCE),
            (Author::Own, None) => (since, until, OWN_TOLERANCE),
            (Author::Unknown, _) => (since, until, CLOCK_TOLERANCE),
            (Author::Other, _) => return false,
        };
        let Some(created) = created else { return author == Author::Own || self.absent.is_none() };
        let earliest = since.and_then(|since| since.checked_sub(tolerance).ok());
        let latest = until.and_then(|until| until.checked_add(tolerance).ok());
        earliest.is_none_or(|earliest| created >= earliest)
            && latest.is_none_or(|latest| created <= latest)
            && self.absent.is_none_or(|absent| was_before(created, absent.on(clock), author))
    }
}

/// Returns whether an invite can have existed, unlisted, when the server answered that the person is absent.
fn was_before(created: Timestamp, absent: Option<Timestamp>, author: Author) -> bool {
    match author {
        Author::Own => {
            let latest = absent.and_then(|absent| absent.checked_add(OWN_TOLERANCE).ok());
            latest.is_none_or(|latest| created <= latest)
        }
        // Only the server's own clock can show that. Its times are whole seconds, rounded down.
        Author::Unknown => {
            let created_by = created.checked_add(SignedDuration::from_secs(1)).ok();
            absent.zip(created_by).is_some_and(|(absent, created_by)| created_by <= absent)
        }
        Author::Other => false,
    }
}

/// The result of looking a person up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No person has the address.
    Absent,
    /// The answers do not show whether a person has the address.
    Inconclusive,
    /// The invites that this job may have created: usually one.
    Ours(Vec<Invite>),
    /// The latest invite, which another job or person created.
    Theirs(Invite),
    /// A member of the organization.
    Member,
}

impl<G: Gateway> ActiveRow<'_, G> {
    /// Records that the latest request may have created an invite.
    pub(super) fn doubt(&mut self) {
        if self.window.is_none_or(|window| window.absent.is_some()) {
            self.window = self.sent_at.map(Window::new);
        }
    }

    /// Records that the server answered that the person is absent.
    pub(super) fn observe_absence(&mut self) {
        let absent = Some(self.moment(self.context.session.clock.now()));
        self.window = self.window.map(|window| Window { absent, ..window });
    }

    /// Returns a local time, also by the server's clock.
    pub(super) fn moment(&self, local: Timestamp) -> Moment {
        Moment { local, server: self.context.session.server_clock.translate(local) }
    }

    /// Returns the local time of the first request that has not been looked up.
    pub(super) fn in_doubt_since(&self) -> Option<Timestamp> {
        self.window.filter(|window| window.absent.is_none()).map(|window| window.since.local)
    }

    /// Returns whether an invite may come from a request of this job.
    pub(super) fn is_ours(&self, invite: &Invite) -> bool {
        let author = self.context.session.authorship.author(invite.invited_by.as_deref());
        let clock = &self.context.session.server_clock;
        self.window.is_some_and(|window| window.covers(invite.created_at, author, clock))
    }

    /// Returns whether an invite that [may be ours](Self::is_ours) is so by its inviter, or by the server's own clock.
    pub(super) fn is_certainly_ours(&self, invite: &Invite) -> bool {
        let is_own = self.context.session.authorship.author(invite.invited_by.as_deref()) == Author::Own;
        let clock = &self.context.session.server_clock;
        let is_dated =
            invite.created_at.is_some() && self.window.is_some_and(|window| window.since.on(clock).is_some());
        (is_own || is_dated) && self.is_ours(invite)
    }

    /// Picks the entries of a look-up that matter for this row.
    pub(super) fn sort_out(&self, Entries { member, pending, invites, is_conclusive }: Entries) -> Found {
        if member {
            return Found::Member;
        }
        // An invite's own id comes before that of the pending user.
        let mut entries = if invites.is_empty() { pending } else { invites };
        entries.sort_by_key(|invite| invite.created_at);
        let (ours, mut theirs): (Vec<_>, Vec<_>) = entries.into_iter().partition(|invite| self.is_ours(invite));
        match theirs.pop() {
            _ if !ours.is_empty() => Found::Ours(ours),
            Some(latest) => Found::Theirs(latest),
            None if is_conclusive => Found::Absent,
            None => Found::Inconclusive,
        }
    }
}
