//! vendor/: the npm packages that the page loads, under names without versions.

use super::place::place;
use crate::setup::npm;
use anyhow::{Context, Result};
use std::path::Path;

/// Files of tests/node_modules, and what they are called on the site.
const FILES: [(&str, &str); 3] = [
    ("uplot/dist/uPlot.esm.js", "vendor/uplot.js"),
    ("uplot/dist/uPlot.d.ts", "vendor/uplot.d.ts"),
    ("uplot/dist/uPlot.min.css", "vendor/uplot.css"),
];

pub fn copy(site: &Path) -> Result<()> {
    copy_files(&npm::tests().join("node_modules"), site)
}

pub fn outputs() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(_, name)| *name)
}

fn copy_files(packages: &Path, site: &Path) -> Result<()> {
    for (file, name) in FILES {
        place(&packages.join(file), &site.join(name)).context("run `npm ci` in tests/")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder =
            std::env::temp_dir().join(format!("vitpad-vendor-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn copies_every_file_under_its_name() {
        let (packages, site) = (folder("packages"), folder("dist"));
        for (file, _) in FILES {
            let place = packages.join(file);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, file).unwrap();
        }
        copy_files(&packages, &site).unwrap();
        for (file, name) in FILES {
            assert_eq!(fs::read_to_string(site.join(name)).unwrap(), file);
        }
    }

    #[test]
    fn names_the_file_that_npm_did_not_install() {
        let error = copy_files(&folder("none"), &folder("unfilled")).unwrap_err();
        let text = format!("{error:#}");
        assert!(
            text.contains("uPlot.esm.js") && text.contains("npm ci"),
            "{text}"
        );
    }
}
