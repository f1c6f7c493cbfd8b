//! Paths: the file behind a link, and whether an open file is still the one at a path.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The number of links that are followed, as Linux does.
const MOST_LINKS: usize = 40;

/// Returns the path of the file that a path names, behind all links. The file need not exist. Other paths are returned
/// unchanged, so that messages show them as the user wrote them.
pub fn resolved(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        // An absolute target replaces the whole path.
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => break,
        }
    }
    path
}

/// Returns the folder of a file.
pub(super) fn folder(of: &Path) -> &Path {
    of.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns the path of another file in the same folder, for example `people.results.recovered.csv`.
pub(super) fn beside(path: &Path, kind: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}.{kind}{extension}"))
}

/// Returns whether the open file is still the one at `path`.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (Ok(open), Ok(named)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
        (open.dev(), open.ino()) == (named.dev(), named.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_even_if_their_target_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("out")).unwrap();
        symlink("out/second", at("first")).unwrap();
        symlink(at("missing.csv"), at("out/second")).unwrap();
        assert_eq!(resolved(&at("first")), at("missing.csv"));
        symlink("loop", at("loop")).unwrap();
        assert!(fs::metadata(resolved(&at("loop"))).is_err());
        for plain in ["missing.csv", "a/../b.csv", "."] {
            assert_eq!(resolved(Path::new(plain)), Path::new(plain));
        }
    }

    #[test]
    fn a_file_that_was_replaced_is_not_at_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let file = File::create(at("file")).unwrap();
        assert!(is_at(&file, &at("file")));
        fs::rename(at("file"), at("moved")).unwrap();
        assert!(!is_at(&file, &at("file")), "no file is there");
        symlink("moved", at("file")).unwrap();
        assert!(!is_at(&file, &at("file")), "a link is not the file");
    }
}
