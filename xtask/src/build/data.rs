//! data/: the data sets that the page finds on its own site.

use crate::mnist::{self, DataFile};
use anyhow::{Context, Result};
use serde_json::json;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Copies MNIST into `site`, where `cargo xtask mnist` put it into data/mnist, and lists what is
/// there in data/sets.json, which is always there: the page need not probe.
pub fn place(site: &Path) -> Result<()> {
    place_files(&mnist::FILES, &mnist::folder(), &site.join("data"))
}

fn place_files(files: &[DataFile], source: &Path, data: &Path) -> Result<()> {
    let copies = data.join("mnist");
    let complete = files.iter().all(|file| source.join(file.name).is_file());
    if complete {
        fs::create_dir_all(&copies)
            .with_context(|| format!("cannot create {}", copies.display()))?;
        for file in files {
            copy(file, &source.join(file.name), &copies.join(file.name))?;
        }
    } else if copies.exists() {
        fs::remove_dir_all(&copies)
            .with_context(|| format!("cannot remove {}", copies.display()))?;
    }
    let sets: &[&str] = if complete { &["mnist"] } else { &[] };
    fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
    let list = json!(sets).to_string();
    super::place::write(&data.join("sets.json"), list.as_bytes()).map(drop)
}

/// Checks and copies a file, unless the copy has its size and time.
fn copy(file: &DataFile, from: &Path, to: &Path) -> Result<()> {
    let shown = || from.display().to_string();
    if same_size_and_time(from, to) {
        return Ok(());
    }
    let bytes = fs::read(from).with_context(shown)?;
    let bytes = mnist::checked(file, bytes)
        .context("`cargo xtask mnist` replaces it")
        .with_context(shown)?;
    super::place::write(to, &bytes)?;
    let changed = from.metadata().and_then(|data| data.modified());
    changed
        .and_then(|time| File::options().write(true).open(to)?.set_modified(time))
        .with_context(|| format!("cannot set the time of {}", to.display()))
}

fn same_size_and_time(one: &Path, other: &Path) -> bool {
    let facts = |file: &Path| -> io::Result<_> {
        let data = file.metadata()?;
        Ok((data.len(), data.modified()?))
    };
    matches!((facts(one), facts(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::sha256;
    use std::path::PathBuf;
    use std::time::{Duration, UNIX_EPOCH};

    const FILES: [DataFile; 2] = [
        DataFile {
            name: "images",
            // Of "ink".
            sha256: "b728b7e775f708faf513b988271e39176d3efb8efcb6523124e0592d7c7b4165",
        },
        DataFile {
            name: "labels",
            // Of "seven".
            sha256: "3ba8d02b16fd2a01c1a8ba1a1f036d7ce386ed953696fa57331c2ac48a80b255",
        },
    ];

    /// A fresh folder with data/mnist's stand-in, and where the copies will be.
    fn folders(name: &str) -> (PathBuf, PathBuf) {
        let folder =
            std::env::temp_dir().join(format!("vitpad-data-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let source = folder.join("source");
        fs::create_dir_all(&source).unwrap();
        fs::write(source.join("images"), "ink").unwrap();
        fs::write(source.join("labels"), "seven").unwrap();
        (source, folder.join("data"))
    }

    fn sets(data: &Path) -> String {
        fs::read_to_string(data.join("sets.json")).unwrap()
    }

    #[test]
    fn copies_the_files_and_lists_the_set() {
        let (source, data) = folders("copies");
        fs::write(source.join("notes.txt"), "not a part of it").unwrap();
        place_files(&FILES, &source, &data).unwrap();
        assert_eq!(sets(&data), r#"["mnist"]"#);
        assert_eq!(
            fs::read_to_string(data.join("mnist/images")).unwrap(),
            "ink"
        );
        assert_eq!(fs::read_dir(data.join("mnist")).unwrap().count(), 2);
    }

    #[test]
    fn a_copy_of_the_same_size_and_time_stays() {
        let (source, data) = folders("stays");
        place_files(&FILES, &source, &data).unwrap();
        // Other bytes tell a copy that was left alone from a new one.
        let copy = data.join("mnist/images");
        let time = copy.metadata().unwrap().modified().unwrap();
        fs::write(&copy, "INK").unwrap();
        let set_time = |file: &Path, time| {
            let file = File::options().write(true).open(file).unwrap();
            file.set_modified(time).unwrap();
        };
        set_time(&copy, time);
        place_files(&FILES, &source, &data).unwrap();
        assert_eq!(fs::read_to_string(&copy).unwrap(), "INK");

        set_time(&source.join("images"), UNIX_EPOCH + Duration::from_secs(1));
        place_files(&FILES, &source, &data).unwrap();
        assert_eq!(fs::read_to_string(&copy).unwrap(), "ink");
    }

    #[test]
    fn an_incomplete_set_is_not_listed_and_its_copies_go() {
        let (source, data) = folders("incomplete");
        place_files(&FILES, &source, &data).unwrap();
        fs::remove_file(source.join("labels")).unwrap();
        place_files(&FILES, &source, &data).unwrap();
        assert_eq!(sets(&data), "[]");
        assert!(!data.join("mnist").exists());
    }

    #[test]
    fn without_any_data_the_list_is_empty() {
        let (source, data) = folders("none");
        place_files(&FILES, &source.join("absent"), &data).unwrap();
        assert_eq!(sets(&data), "[]");
    }

    #[test]
    fn a_damaged_file_says_how_to_replace_it() {
        let (source, data) = folders("damaged");
        fs::write(source.join("labels"), "eight").unwrap();
        let error = place_files(&FILES, &source, &data).unwrap_err();
        let text = format!("{error:#}");
        assert!(
            text.contains("labels: ") && text.contains("cargo xtask mnist"),
            "{text}"
        );
        assert!(text.contains(&sha256(b"eight")), "{text}");
        assert!(!data.join("mnist/labels").exists());
    }
}
