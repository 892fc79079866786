//! npm packages: in tests/ wasm-opt, TypeScript, Playwright and what the page loads; in tests/bench/
//! the libraries that vitpad is compared with, which only `cargo xtask bench` needs.

use crate::process::{on_path, run_quiet, version_of};
use crate::project;
use crate::stamp::Stamp;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn tests() -> PathBuf {
    project::root().join("tests")
}

pub fn bench() -> PathBuf {
    tests().join("bench")
}

pub fn bin_dir() -> PathBuf {
    tests().join("node_modules/.bin")
}

/// Installs the packages that the lock file in `folder` lists.
pub fn ensure(folder: &Path) -> Result<()> {
    let node = on_path("node").context("Node.js is missing: install Node 20 or newer")?;
    let version = version_of(&node).context("`node --version` printed no version")?;
    if major(&version) < 20 {
        bail!("Node.js {version} is too old: install Node 20 or newer");
    }
    if ready(folder) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.current_dir(folder)
        .args(["ci", "--no-audit", "--no-fund"]);
    // Tests use the system's Chromium.
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    run_quiet(&mut npm)?;
    stamp(folder)?.keep(&kept_stamp(folder))
}

/// The version of a package of tests/ in its lock file.
pub fn locked_version(package: &str) -> Result<String> {
    let file = tests().join("package-lock.json");
    let lock: Value = serde_json::from_str(&project::read(&file)?)?;
    let version = lock["packages"][format!("node_modules/{package}")]["version"].as_str();
    let version = version.with_context(|| format!("{} lists no {package}", file.display()))?;
    Ok(version.to_owned())
}

/// Whether the installed packages are those of the lock file.
pub fn ready(folder: &Path) -> bool {
    stamp(folder).is_ok_and(|stamp| stamp.matches(&kept_stamp(folder)))
}

fn stamp(folder: &Path) -> Result<Stamp> {
    Stamp::of_files(&[folder.join("package-lock.json")])
}

fn kept_stamp(folder: &Path) -> PathBuf {
    folder.join("node_modules/.xtask-stamp")
}

pub fn major(version: &str) -> u32 {
    version
        .split('.')
        .next()
        .and_then(|part| part.parse().ok())
        .unwrap_or(0)
}
