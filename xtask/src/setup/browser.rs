//! Chromium and its driver, for tests and benchmarks.

use super::apt;
use crate::process::{on_path, version_of};
use crate::setup::npm::major;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

const CHROMIUM: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

pub const ADVICE: &str = "install Chromium or Chrome and a chromedriver of the same version, \
    or name them in CHROMIUM and CHROMEDRIVER";

pub struct Browser {
    pub chromium: PathBuf,
    pub driver: PathBuf,
}

pub fn ensure() -> Result<Browser> {
    if find().is_none() && apt::possible() {
        apt::install(&["chromium", "chromium-driver"])?;
    }
    let Some(browser) = find() else {
        let missing = if chromium().is_none() {
            "Chromium"
        } else {
            "chromedriver"
        };
        bail!("{missing} is missing: {ADVICE}");
    };
    check_versions(&browser.chromium, &browser.driver)?;
    Ok(browser)
}

/// Chromium alone, for what needs no driver.
pub fn ensure_chromium() -> Result<PathBuf> {
    match chromium() {
        Some(chromium) => Ok(chromium),
        None => Ok(ensure()?.chromium),
    }
}

fn find() -> Option<Browser> {
    Some(Browser {
        chromium: chromium()?,
        driver: driver()?,
    })
}

pub fn chromium() -> Option<PathBuf> {
    named("CHROMIUM")
        .or_else(|| CHROMIUM.into_iter().find_map(on_path))
        .or_else(|| Some(PathBuf::from(MAC)).filter(|file| file.exists()))
}

pub fn driver() -> Option<PathBuf> {
    named("CHROMEDRIVER").or_else(|| on_path("chromedriver"))
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|file| file.exists())
}

/// chromedriver drives only the Chromium of its own major version.
fn check_versions(chromium: &Path, driver: &Path) -> Result<()> {
    let (Some(browser), Some(driver)) = (version_of(chromium), version_of(driver)) else {
        return Ok(());
    };
    if major(&browser) != major(&driver) {
        bail!("Chromium is {browser} but chromedriver is {driver}: {ADVICE}");
    }
    Ok(())
}
