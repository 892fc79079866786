//! People who have Trunk get the same dist/ from `trunk build` as from `cargo xtask build`.

use crate::build::dist;
use crate::process::{on_path, run};
use crate::progress::line;
use crate::project;
use crate::setup::Wasm;
use crate::stamp::files_below;
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

pub fn compare(wasm: &Wasm) -> Result<()> {
    if on_path("trunk").is_none() {
        line("    skipped: trunk is not on PATH");
        return Ok(());
    }
    let other = project::state_dir()?.join("trunk");
    let mut trunk = wasm.command("trunk");
    trunk.args(["build", "--offline", "--dist"]).arg(&other);
    run(&mut trunk)?;
    let differences = differences(&dist(), &other)?;
    if !differences.is_empty() {
        bail!(
            "Trunk's files are not those of dist/:\n  {}",
            differences.join("\n  ")
        );
    }
    Ok(())
}

fn differences(one: &Path, other: &Path) -> Result<Vec<String>> {
    let (ours, theirs) = (names(one)?, names(other)?);
    let mut differences = Vec::new();
    for name in ours.iter().filter(|name| !theirs.contains(name)) {
        differences.push(format!("{} is not in Trunk's", name.display()));
    }
    for name in &theirs {
        if !ours.contains(name) {
            differences.push(format!("{} is in Trunk's only", name.display()));
        } else if fs::read(one.join(name))? != fs::read(other.join(name))? {
            differences.push(format!("{} has another content", name.display()));
        }
    }
    Ok(differences)
}

fn names(folder: &Path) -> Result<Vec<PathBuf>> {
    let files = files_below(folder, &|_| false)?.into_iter();
    let mut names: Vec<_> = files
        .filter_map(|file| Some(file.strip_prefix(folder).ok()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_additional_and_other_files_are_told() {
        let folder = std::env::temp_dir().join(format!("vitpad-trunk-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for (file, text) in [
            ("one/same", "a"),
            ("other/same", "a"),
            ("one/differs", "a"),
            ("other/differs", "b"),
            ("one/ours", ""),
            ("other/deep/theirs", ""),
        ] {
            fs::create_dir_all(folder.join(file).parent().unwrap()).unwrap();
            fs::write(folder.join(file), text).unwrap();
        }
        let told = differences(&folder.join("one"), &folder.join("other")).unwrap();
        assert_eq!(
            told,
            [
                "ours is not in Trunk's",
                "deep/theirs is in Trunk's only",
                "differs has another content"
            ]
        );
    }
}
