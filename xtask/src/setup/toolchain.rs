//! The standard library of wasm32-unknown-unknown.

use super::debian_std;
use crate::process::{on_path, output, run};
use crate::progress;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

pub const TARGET: &str = "wasm32-unknown-unknown";
/// The linked toolchain that `debian_std` makes.
const LINKED: &str = "wasm";

pub const ADVICE: &str = "the wasm32-unknown-unknown standard library is missing: \
    run `rustup target add wasm32-unknown-unknown`, or install your distribution's package of it";

/// Makes sure that some toolchain has the standard library; `None` is the default one.
pub fn ensure() -> Result<Option<String>> {
    if let Some(found) = find() {
        return Ok(found.toolchain);
    }
    if on_path("rustup").is_none() {
        bail!("{ADVICE}");
    }
    match run(Command::new("rustup").args(["target", "add", TARGET])) {
        Ok(()) if find().is_some() => Ok(None),
        _ if debian_std::possible() => {
            progress::line("    the download was refused: building it from Debian's packages");
            debian_std::install(LINKED)?;
            Ok(Some(LINKED.to_owned()))
        }
        _ => bail!("{ADVICE} (on Debian, root can also have it built: run this as root)"),
    }
}

pub struct Found {
    pub toolchain: Option<String>,
    pub library: PathBuf,
}

/// The first toolchain that has the standard library.
pub fn find() -> Option<Found> {
    [None, Some(LINKED)].into_iter().find_map(|toolchain| {
        let mut rustc = Command::new("rustc");
        if let Some(name) = toolchain {
            rustc.env("RUSTUP_TOOLCHAIN", name);
        }
        let printed = output(rustc.args(["--print", "target-libdir", "--target", TARGET])).ok()?;
        let library = PathBuf::from(printed.trim());
        holds_std(&library).then(|| Found {
            toolchain: toolchain.map(str::to_owned),
            library,
        })
    })
}

pub fn holds_std(library: &Path) -> bool {
    let Ok(files) = std::fs::read_dir(library) else {
        return false;
    };
    files.flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

/// Whether the toolchain has clippy too: Debian's does not.
pub fn has_clippy(toolchain: Option<&str>) -> bool {
    let mut clippy = Command::new("cargo");
    clippy.env_remove("CARGO").args(["clippy", "--version"]);
    if let Some(name) = toolchain {
        clippy.env("RUSTUP_TOOLCHAIN", name);
    }
    output(&mut clippy).is_ok()
}
