//! Firefox and WebKitGTK, for the tests of other engines than Chromium's.

use super::apt;
use crate::process::on_path;
use anyhow::Result;
use std::path::PathBuf;

pub struct Engine {
    pub name: &'static str,
    /// The variable that names its program to the tests.
    pub variable: &'static str,
    /// Debian's packages of it.
    pub packages: &'static [&'static str],
    programs: &'static [&'static str],
    /// Programs that it needs besides.
    needs: &'static [&'static str],
}

pub const ENGINES: [Engine; 2] = [
    Engine {
        name: "Firefox",
        variable: "FIREFOX",
        packages: &["firefox-esr"],
        programs: &["firefox-esr", "firefox"],
        needs: &[],
    },
    Engine {
        name: "WebKitGTK",
        variable: "WEBKIT_DRIVER",
        packages: &["webkit2gtk-driver", "xvfb"],
        programs: &["WebKitWebDriver"],
        needs: &["Xvfb"],
    },
];

impl Engine {
    pub fn find(&self) -> Option<PathBuf> {
        let complete = self.needs.iter().all(|program| on_path(program).is_some());
        let mut programs = self.programs.iter().filter_map(|program| on_path(program));
        programs.next().filter(|_| complete)
    }

    pub fn advice(&self) -> String {
        format!("apt-get install {}", self.packages.join(" "))
    }
}

/// Installs what is missing, where that is possible.
pub fn ensure() -> Result<()> {
    let missing = ENGINES.iter().filter(|engine| engine.find().is_none());
    let packages: Vec<_> = missing
        .flat_map(|engine| engine.packages)
        .copied()
        .collect();
    match apt::possible() {
        true => apt::install(&packages),
        false => Ok(()),
    }
}
