//! File operations: paths behind links, private files, atomic replacement, locks, syncing to disk, and the results file
//! itself, which another program may change.
//!
//! Nothing here knows what a line means.

mod checksums;
mod disk;
mod ledger_file;
mod lock;
mod path;
mod private;
mod replacement;
mod syncer;

pub use self::disk::{Disk, Durability};
pub use self::lock::{FileLock, InUse};
pub use self::path::resolved;

pub(crate) use self::replacement::Replacement;

pub(super) use self::ledger_file::{LedgerFile, Recovered};
pub(super) use self::lock::Lock;
pub(super) use self::private::{create_new, overwrite};
