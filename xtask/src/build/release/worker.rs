//! The service worker's script, with what www/sw.js leaves open: the version, the files that work
//! without a network, and the headers for hosts that send none.

use super::Release;
use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

/// The line of www/sw.js that says nothing of them.
const UNFILLED: &str = "const release = { version: \"\", files: [], headers: {} };";

/// The script, from that of www/, and from the headers of the release.
pub fn script(template: &str, headers: &str, release: &Release) -> Result<String> {
    if !template.contains(UNFILLED) {
        bail!("www/sw.js has no line `{UNFILLED}`");
    }
    let filled = json!({
        "version": release.version,
        "files": files(release),
        "headers": headers_by_path(headers),
    });
    let line = format!(
        "const release = {};",
        serde_json::to_string_pretty(&filled)?
    );
    Ok(template.replace(UNFILLED, &line))
}

/// The files in the folder that a visit without a network may ask for. Of the wasm files and their
/// modules the service worker takes the one that its browser is best at.
fn files(release: &Release) -> Vec<&str> {
    let names = release.in_folder().filter_map(|name| name.to_str());
    let is_of_build = |name: &str| {
        let mut builds = release.builds();
        builds.any(|build| name == format!("{build}.js") || name == format!("{build}_bg.wasm"))
    };
    names
        .filter(|name| !(name.ends_with(".d.ts") || name.ends_with(".md") || is_of_build(name)))
        .collect()
}

/// The rules of a _headers file for single paths, without the leading `/`; those of `/*` are in each.
fn headers_by_path(text: &str) -> Map<String, Value> {
    let mut everywhere = Map::new();
    let mut paths = Map::<String, Value>::new();
    let mut path = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('/') {
            path = Some(name);
        } else if let (Some(path), Some((name, value))) = (path, line.split_once(':')) {
            if line.starts_with('#') {
                continue;
            }
            let (name, value) = (name.trim().to_owned(), Value::from(value.trim()));
            if path == "*" {
                everywhere.insert(name, value);
            } else if !path.ends_with('*') {
                let known = paths.entry(path).or_insert_with(|| json!(everywhere));
                known[name] = value;
            }
        }
    }
    paths
}
