//! www/THIRD-PARTY.txt: what others wrote and dist/ holds, with the licences that the crates bring
//! along. cargo-about would name macros, which no wasm file holds, and leave NOTICE files out.

mod texts;

use crate::build::links;
use crate::process::output;
use crate::project::{read, root};
use crate::setup::npm;
use crate::setup::toolchain::TARGET;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use texts::{Text, texts};

const NAME: &str = "THIRD-PARTY.txt";
/// It comes first in the file, for hosts that do not say that text is UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';
const RULE: &str =
    "================================================================================";
const WIDTH: usize = 100;

const RUST: &str = include_str!("notices/rust.txt");
const UPLOT: &str = include_str!("notices/uplot.txt");

/// A crate that is in at least one wasm file.
struct Crate {
    name: String,
    version: String,
    licence: String,
    authors: Vec<String>,
    folder: PathBuf,
}

/// `cargo xtask notices`
pub fn write() -> Result<()> {
    let text = generate()?;
    std::fs::write(file(), &text).with_context(|| format!("cannot write {}", file().display()))?;
    println!("www/{NAME}: {} KB", text.len() / 1000);
    Ok(())
}

/// Fails where the file is not what `cargo xtask notices` would write.
pub fn check() -> Result<()> {
    compare(&generate()?, &read(&file())?)
}

fn compare(due: &str, kept: &str) -> Result<()> {
    if due == kept {
        return Ok(());
    }
    let lines: BTreeSet<_> = kept.lines().collect();
    let missing = due.lines().find(|line| !lines.contains(line));
    let what = missing.map_or("has lines too many".to_owned(), |line| {
        format!("lacks `{line}`")
    });
    bail!("www/{NAME} {what}: run `cargo xtask notices`, and commit what it writes")
}

pub fn file() -> PathBuf {
    links::www().join(NAME)
}

fn generate() -> Result<String> {
    let crates = crates()?;
    let (texts, without) = texts(&crates)?;
    let uplot = npm::locked_version("uplot")?;
    let mut page = head(&crates, &without, &uplot);
    page += &format!("{RULE}\nuPlot {uplot}\n\n{}\n", UPLOT.trim());
    for Text { text, crates } in texts {
        page += &format!("{RULE}\n{}\n\n{text}\n", wrap(&crates));
    }
    Ok(page)
}

/// The crates whose code is in the wasm files, by name.
fn crates() -> Result<Vec<Crate>> {
    let files = links::wasm_files()?;
    let features: Vec<_> = files.iter().map(|file| file.features.as_str()).collect();
    let features = features.join(",");
    let cargo = |args: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(root()).args(args);
        cargo.args(["--locked", "--features", &features]);
        output(&mut cargo)
    };
    // cargo metadata knows where crates lie, but would name macros, and crates of features that are off.
    let edges = "normal,no-proc-macro";
    let tree = [
        "tree",
        "--package",
        "vitpad",
        "--target",
        TARGET,
        "--edges",
        edges,
    ];
    let tree = cargo(&[&tree[..], &["--prefix", "none", "--format", "{p}"]].concat())?;
    let metadata = [
        "metadata",
        "--format-version",
        "1",
        "--filter-platform",
        TARGET,
    ];
    let metadata: Value = serde_json::from_str(&cargo(&metadata)?)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata names no packages")?;
    let mut crates = Vec::new();
    for (name, version) in named(&tree) {
        let is_it = |package: &&Value| package["name"] == name && package["version"] == version;
        let package = packages.iter().find(is_it);
        let package = package.with_context(|| format!("cargo metadata has no {name} {version}"))?;
        crates.push(Crate::new(package).with_context(|| format!("{name} {version}"))?);
    }
    Ok(crates)
}

/// The names and versions in what `cargo tree` prints, but for vitpad itself.
fn named(tree: &str) -> BTreeSet<(&str, &str)> {
    let words = tree.lines().filter_map(|line| line.split_once(" v"));
    words
        .map(|(name, rest)| (name, rest.split(' ').next().unwrap_or(rest)))
        .filter(|(name, _)| *name != "vitpad")
        .collect()
}

impl Crate {
    fn new(package: &Value) -> Result<Crate> {
        let text = |key: &str| {
            package[key]
                .as_str()
                .with_context(|| format!("has no {key}"))
        };
        let authors = package["authors"].as_array().into_iter().flatten();
        let manifest = Path::new(text("manifest_path")?);
        Ok(Crate {
            name: text("name")?.to_owned(),
            version: text("version")?.to_owned(),
            licence: text("license")?.to_owned(),
            authors: authors
                .filter_map(|author| Some(author.as_str()?.to_owned()))
                .collect(),
            folder: manifest.parent().context("it lies in a folder")?.to_owned(),
        })
    }
}

/// The list of what others wrote.
fn head(crates: &[Crate], without: &[&Crate], uplot: &str) -> String {
    let mut page = format!(
        "{BYTE_ORDER_MARK}Third-party notices\n\n\
         vitpad is under MIT or Apache-2.0: LICENSE-MIT and LICENSE-APACHE, beside this file.\n\
         Its pages also hold the work of others, under the licences below:\n\n\
         - uPlot {uplot}, which draws the curves: MIT. Source: https://www.npmjs.com/package/uplot\n\
         - the standard library of Rust\n\
         - {} crates\n\n{RULE}\n{RUST}{RULE}\n\
         Crates in the wasm files. Their source, that of crates under MPL-2.0 too, is at the addresses.\n\
         Those with a * bring no text of their licence: one is given for them.\n\n",
        crates.len()
    );
    for each in crates {
        let Crate {
            name,
            version,
            licence,
            ..
        } = each;
        let star = match without.iter().any(|other| std::ptr::eq(*other, each)) {
            true => " *",
            false => "",
        };
        page += &format!("{name} {version}: {licence}{star}\n");
        page += &format!("    https://crates.io/crates/{name}/{version}\n");
    }
    page
}

/// The names on as many lines as they need.
fn wrap(names: &[String]) -> String {
    let mut lines = vec![String::new()];
    for name in names {
        let line = lines.last_mut().expect("there is one");
        match (line.len(), line.len() + name.len() < WIDTH) {
            (0, _) => line.push_str(name),
            (_, true) => *line += &format!(", {name}"),
            (_, false) => {
                line.push(',');
                lines.push(name.clone());
            }
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notices_are_those_of_the_locked_crates() {
        check().unwrap();
    }

    #[test]
    fn the_licence_of_uplot_is_the_one_that_npm_installs() {
        let installed = npm::tests().join("node_modules/uplot/LICENSE");
        if let Ok(text) = std::fs::read_to_string(installed) {
            assert_eq!(text.trim(), UPLOT.trim());
        }
    }

    #[test]
    fn a_crate_that_is_not_listed_is_named() {
        let error = compare("a 1.0.0: MIT\nb 2.0.0: MIT\n", "a 1.0.0: MIT\n").unwrap_err();
        assert!(
            error.to_string().contains("lacks `b 2.0.0: MIT`: run"),
            "{error}"
        );
    }

    #[test]
    fn reads_the_names_that_cargo_tree_prints() {
        let tree = "vitpad v0.1.0 (/somewhere)\nb v2.0.0\na v1.0.0+x\nb v2.0.0 (*)\n";
        let names: Vec<_> = named(tree).into_iter().collect();
        assert_eq!(names, [("a", "1.0.0+x"), ("b", "2.0.0")]);
    }
}
