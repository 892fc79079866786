//! Files of the site are replaced whole: a browser that loads one meanwhile gets the old or the new.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// The beginning of the names of files that are not yet whole.
pub const HALF_DONE: &str = ".half-done-";

/// Puts a copy of `from` at `to`, where there is no such copy.
pub fn place(from: &Path, to: &Path) -> Result<bool> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    write(to, &bytes)
}

/// Writes a file, unless it is there with these bytes; returns whether it changed.
pub fn write(file: &Path, bytes: &[u8]) -> Result<bool> {
    if fs::read(file).is_ok_and(|there| there == bytes) {
        return Ok(false);
    }
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let folder = file.parent().context("a file lies in a folder")?;
    let half_done = folder.join(format!("{HALF_DONE}{}-{number}", std::process::id()));
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&half_done, bytes))
        .and_then(|()| fs::rename(&half_done, file));
    written.with_context(|| format!("cannot write {}", file.display()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_leaves_nothing_beside_it() {
        let folder = std::env::temp_dir().join(format!("vitpad-place-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let (from, to) = (folder.join("from"), folder.join("deep/to"));
        assert!(write(&from, b"one").unwrap());
        assert!(place(&from, &to).unwrap());
        assert!(!place(&from, &to).unwrap());
        assert!(write(&to, b"two").unwrap());
        assert_eq!(fs::read(&to).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.join("deep")).unwrap().count(), 1);
    }
}
