//! Debian packages.

use crate::process::{on_path, output, run_quiet};
use crate::progress;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// Only Debian and its kin, and only as root: xtask never asks for a password.
pub fn possible() -> bool {
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    root && Path::new("/etc/debian_version").exists() && on_path("apt-get").is_some()
}

pub fn install(packages: &[&str]) -> Result<()> {
    let missing: Vec<_> = packages
        .iter()
        .filter(|package| !installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    progress::line(&format!("    apt-get install {missing:?}"));
    let install = || {
        let mut apt = Command::new("apt-get");
        apt.args(["install", "--yes", "--no-install-recommends"])
            .args(&missing);
        run_quiet(apt.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    // The package lists may be absent or old.
    install().or_else(|_| {
        run_quiet(Command::new("apt-get").args(["update", "--quiet"]))?;
        install()
    })
}

fn installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    output(query.args(["--show", "--showformat=${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}
