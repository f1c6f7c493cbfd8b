//! Who besides the user can read or change the profile file, by its mode on Unix.
//!
//! A user who can change the file can have the credentials sent to another address, so such a file is refused. Of the folder
//! only the right of every user counts: many systems let a user's own group write, and have no other user in it.

use std::fs::Metadata;
use std::path::Path;

use super::profile_error::ProfileError;

/// Returns whether other users can read the file. Fails if they can change it.
#[cfg(unix)]
pub(super) fn is_readable_by_others(path: &Path, file: &Metadata) -> Result<bool, ProfileError> {
    use std::os::unix::fs::PermissionsExt;

    const STICKY: u32 = 0o1000;

    // A pipe or a terminal has no content that could be changed.
    if !file.is_file() {
        return Ok(false);
    }
    let mode = file.permissions().mode();
    if mode & 0o022 != 0 {
        return Err(ProfileError::WritableByOthers { path: path.to_owned() });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder_mode = folder.metadata().map_or(0, |folder| folder.permissions().mode());
    if folder_mode & 0o002 != 0 && folder_mode & STICKY == 0 {
        return Err(ProfileError::FolderWritableByAll { folder: folder.to_owned() });
    }
    Ok(mode & 0o044 != 0)
}

/// Returns `false`: other systems have no mode.
#[cfg(not(unix))]
pub(super) fn is_readable_by_others(_: &Path, _: &Metadata) -> Result<bool, ProfileError> {
    Ok(false)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_profile_that_others_can_change_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "").unwrap();
        let with = |mode: u32, folder_mode: u32| {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            fs::set_permissions(folder.path(), Permissions::from_mode(folder_mode)).unwrap();
            is_readable_by_others(&path, &path.metadata().unwrap())
        };
        for (mode, folder_mode, readable) in
            [(0o600, 0o700, false), (0o400, 0o770, false), (0o640, 0o755, true), (0o604, 0o1777, true)]
        {
            assert_eq!(with(mode, folder_mode).unwrap(), readable, "{mode:o} {folder_mode:o}");
        }
        for mode in [0o620, 0o602, 0o666] {
            assert!(matches!(with(mode, 0o700), Err(ProfileError::WritableByOthers { .. })), "{mode:o}");
        }
        assert!(matches!(with(0o600, 0o777), Err(ProfileError::FolderWritableByAll { .. })));
    }
}
