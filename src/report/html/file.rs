//! Writes the page to a file: readable by its owner only, complete or not at all, and never in place of a file that is
//! not a page.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::{BEGINNING, PageContext, WriteError, write};
use crate::results::{ReadError, Replacement, ResultsReader, resolved};

/// A reason why no page was written.
#[derive(Debug, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "the messages describe them; `path` is that of the page, `source` the error of the system"
)]
pub enum PageError {
    #[error(transparent)]
    Results(#[from] ReadError),
    #[error("{} already exists and is not a page of bulk-invite; move it, or set another file", path.display())]
    NotOurs { path: PathBuf },
    #[error("cannot write the page to {}: {source}; set another file", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

/// Checks that a page may be written to `path`: the path is free, or has an empty file or an earlier page.
pub fn check_target(path: &Path) -> Result<(), PageError> {
    let unwritable = |source| PageError::Unwritable { path: path.into(), source };
    match fs::metadata(path) {
        Ok(present) if present.is_dir() => Err(unwritable(io::Error::other("it is a folder"))),
        // A pipe or a device must not be replaced.
        Ok(present) if !present.is_file() => Err(unwritable(io::Error::other("it is not a file"))),
        Ok(_) => {
            let mut beginning = Vec::new();
            let file = File::open(path).map_err(unwritable)?;
            file.take(BEGINNING.len() as u64).read_to_end(&mut beginning).map_err(unwritable)?;
            let ours = beginning.is_empty() || beginning == BEGINNING.as_bytes();
            if ours { Ok(()) } else { Err(PageError::NotOurs { path: path.into() }) }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(unwritable(source)),
    }
}

/// Writes the page to `path` if [`check_target`] allows it. On failure the earlier file is kept.
pub fn write_file(path: &Path, results: &mut ResultsReader, context: &PageContext) -> Result<(), PageError> {
    let unwritable = |source| PageError::Unwritable { path: path.into(), source };
    // The file behind a link is replaced, and the link is kept.
    let target = resolved(path);
    check_target(&target)?;
    let new = Replacement::create(&target).map_err(unwritable)?;
    let mut out = BufWriter::with_capacity(256 << 10, new.file());
    match write(&mut out, results, context).and_then(|()| Ok(out.flush()?)) {
        Ok(()) => {}
        Err(WriteError::Write(error)) => return Err(unwritable(error)),
        Err(WriteError::Read(error)) => return Err(error.into()),
    }
    drop(out);
    new.finish().map_err(unwritable)
}
