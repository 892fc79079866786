//! The npm packages that tests/package.json pins: wasm-opt, TypeScript and Playwright.

use crate::process::{on_path, run_quiet, version_of};
use crate::project;
use crate::stamp::Stamp;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

pub fn folder() -> PathBuf {
    project::root().join("tests")
}

pub fn bin_dir() -> PathBuf {
    folder().join("node_modules/.bin")
}

pub fn ensure() -> Result<()> {
    let node = on_path("node").context("Node.js is missing: install Node 20 or newer")?;
    let version = version_of(&node).context("`node --version` printed no version")?;
    if major(&version) < 20 {
        bail!("Node.js {version} is too old: install Node 20 or newer");
    }
    if ready() {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.current_dir(folder())
        .args(["ci", "--no-audit", "--no-fund"]);
    // Tests use the system's Chromium.
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    run_quiet(&mut npm)?;
    stamp()?.keep(&kept_stamp())
}

/// Whether the installed packages are those of the lock file.
pub fn ready() -> bool {
    stamp().is_ok_and(|stamp| stamp.matches(&kept_stamp()))
}

fn stamp() -> Result<Stamp> {
    Stamp::of_files(&[folder().join("package-lock.json")])
}

fn kept_stamp() -> PathBuf {
    folder().join("node_modules/.xtask-stamp")
}

pub fn major(version: &str) -> u32 {
    version
        .split('.')
        .next()
        .and_then(|part| part.parse().ok())
        .unwrap_or(0)
}
