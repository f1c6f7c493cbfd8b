//! Whether everybody fits: an organization has 500 seats, which members and pending invites take, unless Atlas's support
//! has raised the limit. No endpoint tells the limit, so what is known here is never certain.

/// Seats that people to be invited need, and that others have taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// How many people would be invited.
    pub needed: u64,
    /// How many people are there or invited; `None` where nobody could be asked.
    pub taken: Option<u64>,
}

impl Seats {
    /// The limit that Atlas sets ("Maximum number of users per org (500)", error `MAX_USERS_PER_ORG_EXCEEDED`).
    pub const LIMIT: u64 = 500;

    /// How many are left. `None` where that cannot be told: nobody was asked, or more than [`Seats::LIMIT`] are taken, so
    /// the limit has been raised.
    pub fn left(self) -> Option<u64> {
        Self::LIMIT.checked_sub(self.taken?)
    }

    /// How many people find none, as far as is known.
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
    fn people_find_no_seat_only_where_that_is_known() {
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
