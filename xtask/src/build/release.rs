//! dist/ as it is deployed: the scripts, styles, wasm files and weights of a build lie in one folder
//! that is named after its content, so that no browser mixes two builds and each may keep it for ever.

mod worker;

use super::place::{place, write};
use crate::project::read;
use crate::stamp::{Stamp, files_below};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// Hosts, browsers and people look for these at the root. Data sets are large and of no version.
const AT_ROOT: [&str; 9] = [
    "index.html",
    "_headers",
    "sw.js",
    "manifest.webmanifest",
    "icons",
    "data",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "THIRD-PARTY.txt",
];
/// What programs that use the API ask for, beside the modules of the wasm files: it is at the root too.
const WEIGHTS: &str = "weights";
/// It says which module is the fastest for an engine.
const CHOICE: &str = "workers/wasm.js";
/// Enough of a SHA-256 that no two builds share it; www/shared/site.js knows the length.
const VERSION_LENGTH: usize = 12;

/// Lays the site that lies in `flat` into `dist`, which may be the same folder, and removes what else
/// is there.
pub fn lay(flat: &Path, dist: &Path) -> Result<()> {
    let names = names(flat)?;
    let release = Release {
        version: version(flat, &names)?,
        names,
    };
    // The page comes last: until then, an earlier one finds what it points to.
    let mut made = release.lay_folder(flat, dist)?;
    made.extend(release.lay_root(flat, dist)?);
    tidy(dist, &made)
}

struct Release {
    version: String,
    /// All files of the flat site.
    names: Vec<PathBuf>,
}

impl Release {
    fn lay_folder(&self, flat: &Path, dist: &Path) -> Result<Vec<PathBuf>> {
        let mut made = Vec::new();
        for name in self.in_folder() {
            let to = Path::new(&self.version).join(name);
            place(&flat.join(name), &dist.join(&to))?;
            made.push(to);
        }
        Ok(made)
    }

    fn lay_root(&self, flat: &Path, dist: &Path) -> Result<Vec<PathBuf>> {
        let page = self.page(&read(&flat.join("index.html"))?)?;
        let headers = self.headers(&read(&flat.join("_headers"))?);
        let worker = worker::script(&read(&flat.join("sw.js"))?, &headers, self)?;
        let mut written = self.modules();
        written.push(("_headers".into(), headers));
        written.push(("sw.js".into(), worker));
        written.push(("index.html".into(), page));

        let is_written = |name: &Path| written.iter().any(|(written, _)| written == name);
        let is_copied =
            |name: &&PathBuf| (is_at_root(name) && !is_written(name)) || name.starts_with(WEIGHTS);
        let mut made = Vec::new();
        for name in self.names.iter().filter(is_copied) {
            place(&flat.join(name), &dist.join(name))?;
            made.push(name.clone());
        }
        for (name, text) in written {
            write(&dist.join(&name), text.as_bytes())?;
            made.push(name);
        }
        Ok(made)
    }

    fn in_folder(&self) -> impl Iterator<Item = &PathBuf> {
        self.names.iter().filter(|name| !is_at_root(name))
    }

    /// The wasm files' names without `_bg.wasm`.
    fn builds(&self) -> impl Iterator<Item = &str> {
        let names = self.in_folder().filter_map(|name| name.to_str());
        names.filter_map(|name| name.strip_suffix("_bg.wasm"))
    }

    /// The modules at the root that hand on those of the folder: their addresses stay the same.
    fn modules(&self) -> Vec<(PathBuf, String)> {
        let mut modules = Vec::new();
        for build in self.builds() {
            let module = format!("./{}/{build}.js", self.version);
            let text =
                format!("export * from \"{module}\";\nexport {{ default }} from \"{module}\";\n");
            modules.push((format!("{build}.js").into(), text.clone()));
            modules.push((format!("{build}.d.ts").into(), text));
        }
        let choice = format!("export * from \"../{}/{CHOICE}\";\n", self.version);
        modules.push((CHOICE.into(), choice));
        modules
    }

    /// index.html, with the addresses of styles and scripts in the folder.
    fn page(&self, html: &str) -> Result<String> {
        let page = html.replace("=\"page/", &format!("=\"{}/page/", self.version));
        if page == html {
            bail!("index.html names no file of page/");
        }
        Ok(page)
    }

    /// _headers, with the paths of files in the folder, which browsers need never ask for again.
    fn headers(&self, text: &str) -> String {
        let folder = format!("/{}", self.version);
        let is_moved = |line: &str| {
            let path = line.strip_prefix('/').unwrap_or_default();
            self.in_folder().any(|name| name == Path::new(path))
        };
        let mut headers = String::new();
        for line in text.lines() {
            if is_moved(line) {
                headers.push_str(&folder);
            }
            headers.push_str(line);
            headers.push('\n');
        }
        headers.push_str(&format!(
            "\n{folder}/*\n  Cache-Control: public, max-age=31536000, immutable\n"
        ));
        headers
    }
}

fn is_at_root(name: &Path) -> bool {
    AT_ROOT.iter().any(|root| name.starts_with(root))
}

/// All files below `folder`, relative to it and in order.
fn names(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for file in files_below(folder, &|_| false)? {
        names.push(file.strip_prefix(folder)?.to_owned());
    }
    names.sort();
    Ok(names)
}

/// It depends on the page and its service worker too, so that these change it like all else.
fn version(flat: &Path, names: &[PathBuf]) -> Result<String> {
    let content = names.iter().filter(|name| !name.starts_with("data"));
    let files: Vec<_> = content.map(|name| flat.join(name)).collect();
    let mut version = Stamp::of(flat, &files)?.as_str().to_owned();
    version.truncate(VERSION_LENGTH);
    Ok(version)
}

/// Removes the files in `dist` that are not made now, and the folders that then hold nothing.
fn tidy(dist: &Path, made: &[PathBuf]) -> Result<()> {
    for name in names(dist)? {
        if !made.contains(&name) {
            let file = dist.join(name);
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    remove_empty_folders(dist)
}

fn remove_empty_folders(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_empty_folders(&path)?;
            // It refuses where something is left in it.
            let _ = fs::remove_dir(&path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
