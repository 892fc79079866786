//! The files of www/ that the site gets, and the list of wasm files that the page reads.

use super::links::{Links, links, www};
use super::place::{place, write};
use crate::project::read;
use crate::stamp::files_below;
use anyhow::{Result, bail};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

/// The line of www/builds.js on the wasm files, which says nothing of them.
const NO_BUILDS: &str = "const builds = {};";
const BUILDS: &str = "builds.js";

/// Brings the page in `site` up to date; returns what changed.
pub fn lay(site: &Path) -> Result<Vec<PathBuf>> {
    let Links { copied, page, .. } = links()?;
    let mut changed = Vec::new();
    if write(&site.join("index.html"), page.as_bytes())? {
        changed.push("index.html".into());
    }
    for file in each_file(&copied)? {
        if place(&www().join(&file), &site.join(&file))? {
            changed.push(file);
        }
    }
    Ok(changed)
}

/// All files of the page, relative to the site.
pub fn outputs() -> Result<Vec<PathBuf>> {
    let mut files = each_file(&links()?.copied)?;
    files.extend(["index.html".into(), BUILDS.into()]);
    Ok(files)
}

/// The named files, and those in the named folders.
fn each_file(copied: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for name in copied {
        let whole = www().join(name);
        match whole.is_dir() {
            true => files.extend(files_below(&whole, &|_| false)?),
            false => files.push(whole),
        }
    }
    let relative = |file: PathBuf| file.strip_prefix(www()).map(Path::to_owned);
    let files: Result<Vec<_>, _> = files.into_iter().map(relative).collect();
    Ok(files?
        .into_iter()
        .filter(|file| file != Path::new(BUILDS))
        .collect())
}

/// The progress of a wasm file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// It is there, with so many bytes.
    Ready(u64),
    Compiling,
    Failed,
    /// It is not going to be built.
    LeftOut,
}

/// builds.js, which tells the page which wasm files are there.
pub struct Builds {
    file: PathBuf,
    states: Mutex<Vec<(String, State)>>,
}

impl Builds {
    pub fn new(site: &Path, states: Vec<(String, State)>) -> Builds {
        Builds {
            file: site.join(BUILDS),
            states: Mutex::new(states),
        }
    }

    pub fn set(&self, name: &str, state: State) -> Result<()> {
        let mut states = self.lock();
        for (_, known) in states.iter_mut().filter(|(known, _)| known == name) {
            *known = state;
        }
        self.write(&states)
    }

    pub fn is_ready(&self, name: &str) -> bool {
        let states = self.lock();
        let ready =
            |(known, state): &(String, State)| known == name && matches!(state, State::Ready(_));
        states.iter().any(ready)
    }

    /// Writes the file again, where something has replaced it.
    pub fn keep(&self) -> Result<()> {
        self.write(&self.lock())
    }

    fn write(&self, states: &[(String, State)]) -> Result<()> {
        write(&self.file, script(states)?.as_bytes()).map(drop)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(String, State)>> {
        self.states
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn script(states: &[(String, State)]) -> Result<String> {
    let template = read(&www().join(BUILDS))?;
    if !template.contains(NO_BUILDS) {
        bail!("www/{BUILDS} has no line `{NO_BUILDS}`");
    }
    let value = |state: &State| match state {
        State::Ready(bytes) => Value::from(*bytes),
        State::Compiling => Value::from("compiling"),
        State::Failed => Value::from("failed"),
        State::LeftOut => Value::from("left out"),
    };
    let builds: Map<_, _> = states
        .iter()
        .map(|(name, state)| (name.clone(), value(state)))
        .collect();
    let builds = format!("const builds = {};", serde_json::to_string_pretty(&builds)?);
    Ok(template.replace(NO_BUILDS, &builds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_says_how_far_each_file_is() {
        let states = [
            ("cpu", State::Ready(3_000_000)),
            ("webgpu", State::Compiling),
        ];
        let text = script(&states.map(|(name, state)| (name.to_owned(), state))).unwrap();
        assert!(text.contains("\"cpu\": 3000000"), "{text}");
        assert!(text.contains("\"webgpu\": \"compiling\""), "{text}");
        assert!(text.contains("export default builds;"), "{text}");
    }

    #[test]
    fn the_page_has_scripts_weights_and_no_settings_of_tools() {
        let files = outputs().unwrap();
        let has = |name: &str| files.iter().any(|file| file == Path::new(name));
        assert!(has("index.html") && has("page/app.js") && has("page/train/page.js"));
        assert!(has("weights/default.safetensors") && !has("tsconfig.json"));
    }
}
