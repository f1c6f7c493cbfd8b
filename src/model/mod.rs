//! The types that all modules share: people, invitations and outcomes. Plain data without imports from other modules.

pub(crate) mod columns;
pub(crate) mod email;
pub(crate) mod exit;
pub(crate) mod invitation;
pub(crate) mod outcome;
pub(crate) mod person;
pub(crate) mod quote;
pub(crate) mod reason;
pub(crate) mod seats;
pub(crate) mod shard;
pub(crate) mod status;

pub use self::columns::protected;
pub use self::email::fold_email;
pub use self::exit::{Exit, Signal};
pub use self::invitation::{Invitation, NotAnObjectId, ObjectId, OrgRole, OrgRoles, ProjectAccess};
pub use self::outcome::Outcome;
pub use self::person::{PersonKey, PersonKeys};
pub use self::reason::{
    AuditCode, Blocked, BlockedReason, ErrorCode, Halt, NetworkFault, RejectionCode, RowReason, SpentBudget, StopReason,
};
pub use self::seats::Seats;
pub use self::shard::{NotAShard, Shard};
pub use self::status::{JobKind, NextRun, Status, Tally};
