//! Has a file changed? Asked by looking at a few hundred times and sizes, which takes a millisecond.

use crate::project::root;
use crate::stamp::files_below;
use std::path::PathBuf;
use std::time::SystemTime;

/// Some files and folders, as they were when last looked at.
pub struct Watch {
    places: Vec<PathBuf>,
    seen: Vec<(PathBuf, Option<SystemTime>, u64)>,
}

impl Watch {
    /// The sources that the wasm files are made of.
    pub fn of_sources() -> Watch {
        let places = [
            "src",
            "Cargo.toml",
            "Cargo.lock",
            ".cargo/config.toml",
            "www/index.html",
        ];
        Watch::of(places.map(|place| root().join(place)).to_vec())
    }

    /// The files that are served as they are.
    pub fn of_page() -> Watch {
        Watch::of(vec![root().join("www")])
    }

    fn of(places: Vec<PathBuf>) -> Watch {
        let mut watch = Watch {
            places,
            seen: Vec::new(),
        };
        watch.seen = watch.look();
        watch
    }

    /// Whether anything has changed since the last call.
    pub fn has_changed(&mut self) -> bool {
        let now = self.look();
        let changed = now != self.seen;
        self.seen = now;
        changed
    }

    fn look(&self) -> Vec<(PathBuf, Option<SystemTime>, u64)> {
        let mut files = Vec::new();
        for place in &self.places {
            match place.is_dir() {
                // A file may vanish between listing and reading: the next look sees that.
                true => files.extend(files_below(place, &|_| false).unwrap_or_default()),
                false => files.push(place.clone()),
            }
        }
        files.sort();
        let facts = |file: PathBuf| {
            let facts = file.metadata().ok();
            let time = facts.as_ref().and_then(|facts| facts.modified().ok());
            (file, time, facts.map_or(0, |facts| facts.len()))
        };
        files.into_iter().map(facts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_change_is_seen_once() {
        let folder = std::env::temp_dir().join(format!("vitpad-watch-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let mut watch = Watch::of(vec![folder.clone()]);
        assert!(!watch.has_changed());
        fs::write(folder.join("new"), "one").unwrap();
        assert!(watch.has_changed());
        assert!(!watch.has_changed());
        fs::write(folder.join("new"), "longer").unwrap();
        assert!(watch.has_changed());
        fs::remove_file(folder.join("new")).unwrap();
        assert!(watch.has_changed());
    }
}
