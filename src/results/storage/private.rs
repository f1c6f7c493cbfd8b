//! Files that only their owner may read.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates a file. Fails if the path exists, even as a link without a target, so that no other file is written.
pub(in crate::results) fn create_new(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().create_new(true)).open(path)
}

/// Empties a file that is written in place, or creates it.
pub(in crate::results) fn overwrite(path: &Path) -> io::Result<File> {
    let file = private(OpenOptions::new().create(true).truncate(true)).open(path)?;
    // An existing file would keep its mode. The mode of a pipe or a device must not change.
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.read(true).write(true)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_new_file_never_follows_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("mine"), "mine").unwrap();
        symlink("mine", at("link")).unwrap();
        symlink("missing", at("dangling")).unwrap();
        for name in ["mine", "link", "dangling"] {
            assert_eq!(create_new(&at(name)).unwrap_err().kind(), io::ErrorKind::AlreadyExists, "{name}");
        }
        assert_eq!(fs::read_to_string(at("mine")).unwrap(), "mine");
        assert!(!at("missing").exists());
    }
}
