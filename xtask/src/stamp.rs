//! Content stamps: has anything changed since the last time?

use crate::project;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

pub struct Stamp(String);

impl Stamp {
    /// A stamp over the names and contents of `files`, in any order.
    pub fn of_files(files: &[PathBuf]) -> Result<Stamp> {
        Stamp::of(project::root(), files)
    }

    /// The same for files with names relative to `folder`: it does not matter where that is.
    pub fn of(folder: &Path, files: &[PathBuf]) -> Result<Stamp> {
        let mut files = files.to_vec();
        files.sort();
        let mut hash = Sha256::new();
        for file in &files {
            let bytes =
                fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            let name = file.strip_prefix(folder).unwrap_or(file);
            hash.update(name.to_string_lossy().as_bytes());
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(&bytes);
        }
        Ok(Stamp(hex(&hash.finalize())))
    }

    /// The same stamp, made to depend on `text` too.
    pub fn and(self, text: &str) -> Stamp {
        Stamp(sha256(format!("{}\n{text}", self.0).as_bytes()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn matches(&self, kept: &Path) -> bool {
        fs::read_to_string(kept).is_ok_and(|text| text == self.0)
    }

    pub fn keep(&self, file: &Path) -> Result<()> {
        fs::write(file, &self.0).with_context(|| format!("cannot write {}", file.display()))
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All files below `folder`, those whose name `skip` refuses and their contents left out.
pub fn files_below(folder: &Path, skip: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        if skip(&entry.file_name().to_string_lossy()) {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => files.extend(files_below(&entry.path(), skip)?),
            false => files.push(entry.path()),
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("vitpad-stamp-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("inner")).unwrap();
        fs::write(folder.join("a"), "one").unwrap();
        fs::write(folder.join("inner/b"), "two").unwrap();
        fs::write(folder.join("skipped"), "three").unwrap();
        folder
    }

    fn stamp(folder: &Path) -> Stamp {
        Stamp::of_files(&files_below(folder, &|name| name == "skipped").unwrap()).unwrap()
    }

    #[test]
    fn an_untouched_folder_keeps_its_stamp() {
        let folder = folder("same");
        let kept = folder.join("skipped");
        stamp(&folder).keep(&kept).unwrap();
        assert!(stamp(&folder).matches(&kept));
    }

    #[test]
    fn content_name_and_settings_change_the_stamp() {
        let folder = folder("changes");
        let first = stamp(&folder);
        fs::write(folder.join("inner/b"), "2").unwrap();
        let second = stamp(&folder);
        fs::rename(folder.join("a"), folder.join("c")).unwrap();
        let third = stamp(&folder);
        let text = third.as_str().to_owned();
        let fourth = third.and("another compiler");
        assert_ne!(first.as_str(), second.as_str());
        assert_ne!(second.as_str(), text);
        assert_ne!(text, fourth.as_str());
    }

    #[test]
    fn a_skipped_file_does_not_count() {
        let folder = folder("skip");
        let first = stamp(&folder);
        fs::write(folder.join("skipped"), "changed").unwrap();
        assert_eq!(first.as_str(), stamp(&folder).as_str());
    }
}
