//! The error for an organization that could not be read before anything was sent, with its remedy.

use std::fmt;

use bulk_invite::model::{Blocked, ObjectId};
use bulk_invite::report::{blocked_advice, escaped};

/// An organization that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnreadOrganization {
    /// `None` if it is the only one.
    pub(crate) organization: Option<ObjectId>,
    pub(crate) blocked: Blocked,
    pub(crate) alternative: Alternative,
}

/// A way to continue without the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alternative {
    None,
    /// `check` does not need Atlas.
    Offline,
}

impl std::error::Error for UnreadOrganization {}

impl fmt::Display for UnreadOrganization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = self.organization {
            write!(f, "organization {id}: ")?;
        }
        let text = self.blocked.to_string();
        // The text may end with a message of Atlas.
        let text = escaped(&text);
        let alternative = match self.alternative {
            Alternative::None => "",
            Alternative::Offline => ", or check without Atlas: --offline",
        };
        write!(f, "{}; {}{alternative}", text.trim_end_matches('.'), blocked_advice(self.blocked.reason))
    }
}
