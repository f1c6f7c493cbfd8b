//! The reasons why a row, an organization or a run ended: closed lists, each member with a stable code and a text.
//!
//! A decision passes from module to module as a member of these lists, never as text. `report` matches them
//! exhaustively to choose advice and headings.

/// Declares a closed list of reasons. Each has a code, which appears in files and logs, and a text.
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

mod audit;
mod blocked;
mod halt;
mod rejection;
mod row;

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

use super::status::Status;

pub use self::audit::AuditCode;
pub use self::blocked::{Blocked, BlockedReason, NetworkFault};
pub use self::halt::{Halt, SpentBudget, StopReason};
pub use self::rejection::RejectionCode;
pub use self::row::RowReason;

/// A code in the column `error_code`: either our own or Atlas's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorCode {
    /// The row failed one of our checks.
    Rejected(RejectionCode),
    /// The row ended for one of our own reasons.
    Row(RowReason),
    /// Atlas's `errorCode`; untrusted.
    Atlas(String),
}

impl ErrorCode {
    /// Parses a code from a results file. The status decides whose code it is, because Atlas has codes of the same
    /// names as our checks.
    pub fn parse(status: Status, code: &str) -> Self {
        let own = if status == Status::Invalid {
            RejectionCode::named(code).map(ErrorCode::Rejected)
        } else {
            RowReason::named(code).map(ErrorCode::Row)
        };
        own.unwrap_or_else(|| ErrorCode::Atlas(code.to_owned()))
    }

    /// Returns the code as it appears in files and logs.
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
    fn a_code_is_parsed_according_to_its_status() {
        for code in RejectionCode::ALL {
            assert_eq!(ErrorCode::parse(Status::Invalid, code.code()), ErrorCode::Rejected(*code));
        }
        for reason in RowReason::ALL {
            assert_eq!(ErrorCode::parse(Status::Failed, reason.code()), ErrorCode::Row(*reason));
        }
        let atlas = ErrorCode::parse(Status::Failed, "INVALID_TEAM_ID");
        assert_eq!(atlas, ErrorCode::Atlas("INVALID_TEAM_ID".into()));
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
