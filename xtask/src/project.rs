//! The places of things, and the versions that the project pins.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

pub const WASM_PACK: &str = "0.15.1";
pub const CARGO_DENY: &str = "0.20.2";

/// The repository's root: the folder above this package.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// Build artifacts of the wasm target, apart from the native ones: the compilers may differ.
pub fn wasm_target_dir() -> PathBuf {
    root().join("target/wasm")
}

/// The folder of what xtask keeps for itself: stamps, logs, optimised wasm files.
pub fn state_dir() -> Result<PathBuf> {
    let folder = root().join("target/xtask");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// Tools outlive `cargo clean`: they live in the user's cache folder.
pub fn tools_dir() -> Result<PathBuf> {
    let cache = match std::env::var_os("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => std::env::home_dir()
            .context("no home folder: set XDG_CACHE_HOME")?
            .join(".cache"),
    };
    Ok(cache.join("vitpad/tools"))
}

/// The version of wasm-bindgen in Cargo.lock; its CLI must be exactly this one.
pub fn wasm_bindgen_version() -> Result<String> {
    let lock = read(&root().join("Cargo.lock"))?;
    locked_version(&lock, "wasm-bindgen").context("Cargo.lock does not list wasm-bindgen")
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')?;
    Some(version.to_owned())
}

pub fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::output;
    use crate::setup::toolchain::TARGET;
    use serde_json::Value;
    use std::process::Command;

    #[test]
    fn finds_the_locked_version_of_exactly_the_named_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.70\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(
            locked_version(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(locked_version(lock, "trunk"), None);
    }

    #[test]
    fn no_crate_asks_for_a_newer_rust_than_this_project_says() {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(root()).args(["metadata", "--locked"]);
        cargo.args(["--format-version", "1", "--filter-platform", TARGET]);
        let metadata: Value = serde_json::from_str(&output(&mut cargo).unwrap()).unwrap();
        let rust = |package: &Value| {
            let version = package["rust_version"].as_str().unwrap_or("0.0");
            let mut parts = version.split('.').map(|part| part.parse().unwrap());
            let major_and_minor: (u32, u32) = (parts.next().unwrap(), parts.next().unwrap_or(0));
            major_and_minor
        };
        let packages = metadata["packages"].as_array().unwrap();
        let is_ours = |package: &&Value| package["source"].is_null();
        let (ours, others): (Vec<_>, Vec<_>) = packages.iter().partition(is_ours);
        let newest = others.iter().map(|package| rust(package)).max();
        for package in ours {
            assert!(
                Some(rust(package)) >= newest,
                "{}: {newest:?}",
                package["name"]
            );
        }
    }

    #[test]
    fn this_project_locks_wasm_bindgen() {
        assert!(wasm_bindgen_version().unwrap().starts_with("0.2."));
    }
}
