//! Why a row, an organization or a run ended as it did: closed lists, each member with a stable code and a text.
//!
//! A decision passes from module to module as a member of these lists. Text for people travels beside it and is never
//! compared with anything; advice and headings are chosen by `report`, which matches these lists exhaustively.

/// Declares a closed list of reasons: each has a code, which files and logs hold, and a text.
macro_rules! reasons {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every member.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns the stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Returns the reason in plain words.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Returns the member with this code.
            pub fn named(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.code() == code)
            }
        }
    };
}

mod blocked;
mod halt;
mod rejection;
mod row;

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

use super::status::Status;

pub use self::blocked::{Blocked, BlockedReason, NetworkFault};
pub use self::halt::{Halt, SpentBudget, StopReason};
pub use self::rejection::RejectionCode;
pub use self::row::RowReason;

/// A code in the column `error_code`: one of ours, or one that Atlas gave.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorCode {
    /// The row failed one of our checks.
    Rejected(RejectionCode),
    /// The row ended for a reason of our own.
    Row(RowReason),
    /// Atlas's own `errorCode`; untrusted.
    Atlas(String),
}

impl ErrorCode {
    /// Reads a code back from a results file. The status comes first: Atlas has some of the names that our checks have.
    pub fn parse(status: Status, code: &str) -> Self {
        let ours = if status == Status::Invalid {
            RejectionCode::named(code).map(ErrorCode::Rejected)
        } else {
            RowReason::named(code).map(ErrorCode::Row)
        };
        ours.unwrap_or_else(|| ErrorCode::Atlas(code.to_owned()))
    }

    /// Returns the code as files and logs hold it.
    pub fn as_str(&self) -> &str {
        match self {
            ErrorCode::Rejected(code) => code.code(),
            ErrorCode::Row(reason) => reason.code(),
            ErrorCode::Atlas(code) => code,
        }
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<RejectionCode> for ErrorCode {
    fn from(code: RejectionCode) -> Self {
        ErrorCode::Rejected(code)
    }
}

impl From<RowReason> for ErrorCode {
    fn from(reason: RowReason) -> Self {
        ErrorCode::Row(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_by_its_status() {
        for code in RejectionCode::ALL {
            assert_eq!(ErrorCode::parse(Status::Invalid, code.code()), ErrorCode::Rejected(*code));
        }
        for reason in RowReason::ALL {
            assert_eq!(ErrorCode::parse(Status::Failed, reason.code()), ErrorCode::Row(*reason));
        }
        let theirs = ErrorCode::parse(Status::Failed, "INVALID_TEAM_ID");
        assert_eq!(theirs, ErrorCode::Atlas("INVALID_TEAM_ID".into()));
    }

    #[test]
    fn no_two_reasons_share_a_code() {
        let mut codes: Vec<&str> = RowReason::ALL.iter().map(|reason| reason.code()).collect();
        codes.extend(RejectionCode::ALL.iter().map(|code| code.code()));
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
