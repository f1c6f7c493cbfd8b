//! The vocabulary that all modules share: people, invitations and outcomes. Plain data; imports nothing above it.

pub(crate) mod columns;
pub mod email;
pub mod exit;
pub mod invitation;
pub mod outcome;
pub mod person;
pub(crate) mod quote;
pub mod reason;
pub mod seats;
pub mod shard;
pub mod status;
