//! Recognizes the invites that this run's credential created, by the name of their inviter.
//!
//! The name is learned from the first answer that creates an invite. Until then it is derived from the credential.

use std::sync::OnceLock;

use crate::atlas::api::InviterName;

/// The author of an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// This run's credential.
    Own,
    /// Another credential, or a person.
    Other,
    /// The name is missing, or the credential's own name is uncertain.
    Unknown,
}

/// The name under which Atlas records the invites of this run's credential.
#[derive(Debug)]
pub struct Authorship {
    derived: InviterName,
    learned: OnceLock<String>,
}

impl Authorship {
    /// Creates an authorship with the name that the credential suggests.
    pub fn new(derived: InviterName) -> Self {
        Self { derived, learned: OnceLock::new() }
    }

    /// Learns the name from the answer to a request that created an invite.
    pub(super) fn learn(&self, invited_by: Option<&str>) {
        if let Some(name) = invited_by {
            self.learned.get_or_init(|| name.to_owned());
        }
    }

    /// Returns the author of an invite with this `inviterUsername`.
    pub fn author(&self, invited_by: Option<&str>) -> Author {
        let Some(name) = invited_by else { return Author::Unknown };
        let certain = |own: &str| if own == name { Author::Own } else { Author::Other };
        match (self.learned.get(), &self.derived) {
            (Some(own), _) | (None, InviterName::Known(own)) => certain(own),
            (None, InviterName::Guessed(own)) if own == name => Author::Own,
            // A service account is not a person with an address.
            (None, InviterName::Guessed(_)) if name.contains('@') => Author::Other,
            (None, InviterName::Guessed(_) | InviterName::Unknown) => Author::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invite_is_recognized_by_the_name_of_its_inviter() {
        let known = || InviterName::Known("abcdefgh".to_owned());
        let guessed = || InviterName::Guessed("mdb_sa_id_1".to_owned());
        for (derived, learned, name, author) in [
            (known(), None, Some("abcdefgh"), Author::Own),
            (known(), None, Some("ijklmnop"), Author::Other),
            (known(), None, None, Author::Unknown),
            (known(), Some("renamed"), Some("renamed"), Author::Own),
            (known(), Some("renamed"), Some("abcdefgh"), Author::Other),
            (guessed(), None, Some("mdb_sa_id_1"), Author::Own),
            (guessed(), None, Some("owner@example.com"), Author::Other),
            (guessed(), None, Some("abcdefgh"), Author::Unknown),
            (guessed(), Some("service"), Some("abcdefgh"), Author::Other),
            (InviterName::Unknown, None, Some("owner@example.com"), Author::Unknown),
            (InviterName::Unknown, Some("owner@example.com"), Some("owner@example.com"), Author::Own),
        ] {
            let authorship = Authorship::new(derived);
            authorship.learn(learned);
            assert_eq!(authorship.author(name), author, "{authorship:?} {name:?}");
        }
    }

    #[test]
    fn the_first_learned_name_counts() {
        let authorship = Authorship::new(InviterName::Unknown);
        [None, Some("first"), Some("second")].into_iter().for_each(|name| authorship.learn(name));
        assert_eq!(authorship.author(Some("first")), Author::Own);
    }
}
