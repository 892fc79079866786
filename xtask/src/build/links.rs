//! The `<link data-trunk>` elements of www/index.html: the one list of the wasm files, with the
//! features, profile and wasm-opt level of each, and of the files that are copied. Trunk reads it too.

use crate::project::{read, root};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

const START: &str = "<link data-trunk ";

/// One of the wasm files that this crate is compiled to.
#[derive(Clone, Debug, PartialEq)]
pub struct WasmFile {
    /// The binary in Cargo.toml, and what the files on the site are called.
    pub name: String,
    pub features: String,
    pub profile: String,
    /// The options of wasm-opt: how hard to work, and what it may meet.
    pub wasm_opt: Vec<String>,
}

/// The files that index.html links to.
pub struct Links {
    pub wasm_files: Vec<WasmFile>,
    /// Files and folders of www/ that are copied as they are.
    pub copied: Vec<PathBuf>,
    /// index.html without the links.
    pub page: String,
}

pub fn www() -> PathBuf {
    root().join("www")
}

pub fn wasm_files() -> Result<Vec<WasmFile>> {
    Ok(links()?.wasm_files)
}

pub fn links() -> Result<Links> {
    let file = www().join("index.html");
    parse(&read(&file)?).with_context(|| format!("in {}", file.display()))
}

fn parse(html: &str) -> Result<Links> {
    let mut links = Links {
        wasm_files: Vec::new(),
        copied: Vec::new(),
        page: String::with_capacity(html.len()),
    };
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(START) {
        let (attributes, after) = after
            .split_once('>')
            .context("a <link data-trunk> has no end")?;
        let value = |name: &str| attribute(attributes, name);
        match value("rel") {
            Some("rust") => links.wasm_files.push(wasm_file(attributes)?),
            Some("copy-file" | "copy-dir") => {
                let href = value("href").context("a link to copy has no href")?;
                links.copied.push(Path::new(href).to_owned());
            }
            other => bail!("a <link data-trunk> has the unknown rel {other:?}"),
        }
        links.page.push_str(before);
        rest = after;
    }
    links.page.push_str(rest);
    Ok(links)
}

fn wasm_file(attributes: &str) -> Result<WasmFile> {
    let value = |name: &str| attribute(attributes, name);
    let options = value("data-xtask-wasm-opt").context("a wasm file has no data-xtask-wasm-opt")?;
    Ok(WasmFile {
        name: value("data-bin")
            .context("a wasm file has no data-bin")?
            .to_owned(),
        features: value("data-cargo-features").unwrap_or_default().to_owned(),
        profile: value("data-cargo-profile").unwrap_or("release").to_owned(),
        wasm_opt: options.split_whitespace().map(str::to_owned).collect(),
    })
}

/// The value of `name="value"`.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let start = format!("{name}=\"");
    let mut found = attributes
        .match_indices(&start)
        .filter(|(at, _)| *at == 0 || attributes[..*at].ends_with(|c: char| c.is_whitespace()));
    let (at, _) = found.next()?;
    attributes[at + start.len()..].split('"').next()
}

impl WasmFile {
    /// The wasm file on the site.
    pub fn binary(&self) -> String {
        format!("{}_bg.wasm", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = "<head>\n\
        <link data-trunk rel=\"rust\" data-bin=\"a\" data-xtask-wasm-opt=\"-O2 --x\" />\n\
        <link data-trunk rel=\"copy-file\" href=\"app.js\" />\n\
        <link rel=\"stylesheet\" href=\"style.css\" />\n</head>";

    #[test]
    fn reads_wasm_files_and_copies_and_leaves_the_rest() {
        let links = parse(HTML).unwrap();
        let a = &links.wasm_files[0];
        assert_eq!((a.name.as_str(), a.profile.as_str()), ("a", "release"));
        assert_eq!(a.wasm_opt, ["-O2", "--x"]);
        assert_eq!(links.copied, [Path::new("app.js")]);
        assert_eq!(
            links.page,
            "<head>\n\n\n<link rel=\"stylesheet\" href=\"style.css\" />\n</head>"
        );
    }

    #[test]
    fn an_attribute_is_not_found_in_the_name_of_another() {
        assert_eq!(attribute("data-href=\"a\" href=\"b\"", "href"), Some("b"));
        assert_eq!(attribute("data-href=\"a\"", "href"), None);
    }

    #[test]
    fn a_link_of_another_kind_is_refused() {
        assert!(parse("<link data-trunk rel=\"scss\" href=\"a\" />").is_err());
    }

    #[test]
    fn the_page_starts_with_the_cpu_file() {
        assert_eq!(wasm_files().unwrap()[0].name, "cpu");
    }
}
