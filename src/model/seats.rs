//! The seats of an organization: members and pending invites each occupy one, and there are 500 unless Atlas's support
//! has raised the limit. No endpoint returns the limit, so the numbers here are an estimate.

/// Seats that are needed for the people to invite, and seats that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// The number of people who would be invited.
    pub needed: u64,
    /// The number of members and pending invites; `None` if the organization was not read.
    pub taken: Option<u64>,
}

impl Seats {
    /// The limit that Atlas sets ("Maximum number of users per org (500)", error `MAX_USERS_PER_ORG_EXCEEDED`).
    pub const LIMIT: u64 = 500;

    /// Returns the number of free seats. `None` if it is not known: the organization was not read, or more than
    /// [`Seats::LIMIT`] seats are taken, so its limit has been raised.
    pub fn left(self) -> Option<u64> {
        Self::LIMIT.checked_sub(self.taken?)
    }

    /// Returns the number of people for whom no seat is free, as far as is known.
    pub fn missing(self) -> u64 {
        let left = match self.taken {
            None => Self::LIMIT,
            Some(_) => match self.left() {
                Some(left) => left,
                None => return 0,
            },
        };
        self.needed.saturating_sub(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_missing_only_if_the_limit_is_known() {
        for (needed, taken, left, missing) in [
            (496, Some(4), Some(496), 0),
            (497, Some(4), Some(496), 1),
            (1, Some(500), Some(0), 1),
            (0, Some(500), Some(0), 0),
            (100, Some(501), None, 0),
            (500, None, None, 0),
            (501, None, None, 1),
        ] {
            let seats = Seats { needed, taken };
            assert_eq!((seats.left(), seats.missing()), (left, missing), "{seats:?}");
        }
    }
}
