//! The reason why the system denies reading a file, with the remedy.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::shown;

/// A reason why the system denies reading a file.
#[derive(Debug, PartialEq, Eq, Error)]
#[cfg_attr(not(unix), expect(dead_code, reason = "other systems have no modes"))]
pub(crate) enum Denial {
    #[error("your user may not read it; run: chmod u+r {}", shown(.0))]
    OwnFile(PathBuf),
    #[error("your user may not open the folder {}; run: chmod u+rx {}", shown(.0), shown(.0))]
    OwnFolder(PathBuf),
    #[error("{} belongs to {owner}; ask for read access, or for a copy", shown(path))]
    OtherOwner { path: PathBuf, owner: Owner },
    /// The mode allows it, but something else does not.
    #[error("a rule of this computer prevents it; copy the file to another folder, then pass the copy")]
    Rule,
}

/// A user of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner(u32);

impl From<u32> for Owner {
    fn from(id: u32) -> Self {
        Self(id)
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0 => f.write_str("root"),
            id => write!(f, "another user (id {id})"),
        }
    }
}

/// The facts about a file or a folder that decide who may read it.
#[cfg(unix)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    pub(super) owner: u32,
    pub(super) mode: u32,
    pub(super) is_folder: bool,
}

#[cfg(unix)]
impl Denial {
    /// Returns the reason for the file at the path, which exists or cannot be seen.
    pub(super) fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        // The last one that can be seen denies the rest.
        for ancestor in path.ancestors() {
            if let Ok(found) = std::fs::metadata(ancestor) {
                let access = Access { owner: found.uid(), mode: found.mode(), is_folder: found.is_dir() };
                return Self::by(ancestor, access, rustix::process::geteuid().as_raw());
            }
        }
        Denial::Rule
    }

    /// Returns the reason why the user with this id is denied access to a file or a folder.
    pub(super) fn by(path: &Path, Access { owner, mode, is_folder }: Access, user: u32) -> Self {
        let path = path.to_owned();
        let needed = if is_folder { 0o100 } else { 0o400 };
        match (owner == user, mode & needed != 0, is_folder) {
            (true, true, _) => Denial::Rule,
            (true, false, true) => Denial::OwnFolder(path),
            (true, false, false) => Denial::OwnFile(path),
            (false, _, _) => Denial::OtherOwner { path, owner: owner.into() },
        }
    }
}

#[cfg(not(unix))]
impl Denial {
    pub(super) fn of(_: &Path) -> Self {
        Denial::Rule
    }
}
