//! The licence texts of crates, each of them once.

use super::Crate;
use crate::project::{read, root};
use anyhow::{Context, Result, bail};
use std::fs;

/// The beginnings of the names of files that tell a licence.
const FILES: [&str; 6] = [
    "licen",
    "unlicen",
    "copying",
    "copyright",
    "notice",
    "patents",
];
/// The licences whose text is the same for everyone who uses it, and how it begins.
const OF_ALL: [(&str, &str); 2] = [
    ("Apache-2.0", APACHE),
    ("MPL-2.0", "Mozilla Public License"),
];
const APACHE: &str = "Apache License";
const END_OF_APACHE: &str = "END OF TERMS AND CONDITIONS";

pub struct Text {
    pub text: String,
    /// The names and versions of the crates under it.
    pub crates: Vec<String>,
}

/// All texts, and the crates that bring none.
pub fn texts(crates: &[Crate]) -> Result<(Vec<Text>, Vec<&Crate>)> {
    let mut texts = Texts::default();
    let mut without = Vec::new();
    for each in crates {
        let files = files(each)?;
        if files.is_empty() {
            without.push(each);
        }
        for part in files.iter().flat_map(|text| parts(text)) {
            texts.add(part, each);
        }
    }
    for each in &without {
        texts.add_standard(each)?;
    }
    Ok((texts.0, without))
}

/// What the files of a crate say of its licence, in the order of their names.
fn files(of: &Crate) -> Result<Vec<String>> {
    let entries =
        fs::read_dir(&of.folder).with_context(|| format!("cannot read {}", of.folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if FILES.iter().any(|start| name.starts_with(start)) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    let mut texts = Vec::new();
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // A single line is the path of a file that was not packed.
        if text.trim().lines().count() > 1 {
            texts.push(text);
        }
    }
    Ok(texts)
}

/// Apache-2.0's terms without its appendix, which is apart if it names somebody; other texts whole.
fn parts(text: &str) -> Vec<&str> {
    match text.split_once(END_OF_APACHE) {
        Some((terms, appendix)) if terms.trim_start().starts_with(APACHE) => {
            let named = !appendix.trim().is_empty() && !appendix.contains("yyyy");
            [Some(terms), named.then_some(appendix)]
                .into_iter()
                .flatten()
                .collect()
        }
        _ => vec![text],
    }
}

#[derive(Default)]
struct Texts(Vec<Text>);

impl Texts {
    fn add(&mut self, text: &str, of: &Crate) {
        let named = format!("{} {}", of.name, of.version);
        let same = |known: &&mut Text| known.text.split_whitespace().eq(text.split_whitespace());
        match self.0.iter_mut().find(same) {
            Some(known) if known.crates.contains(&named) => {}
            Some(known) => known.crates.push(named),
            None => self.0.push(Text {
                text: tidy(text),
                crates: vec![named],
            }),
        }
    }

    /// Adds the licence of a crate that has no text of it.
    fn add_standard(&mut self, of: &Crate) -> Result<()> {
        let offered: Vec<_> = of.licence.split(" OR ").collect();
        for (_, start) in OF_ALL
            .iter()
            .filter(|(licence, _)| offered.contains(licence))
        {
            let known = self
                .0
                .iter()
                .find(|text| text.text.trim_start().starts_with(start));
            if let Some(text) = known.map(|known| known.text.clone()) {
                self.add(&text, of);
                return Ok(());
            }
        }
        if !offered.contains(&"MIT") || of.authors.is_empty() {
            bail!(
                "{} {} has no text of its licence, {}",
                of.name,
                of.version,
                of.licence
            );
        }
        let ours = read(&root().join("LICENSE-MIT"))?;
        let terms = ours
            .split_once("\n\nPermission")
            .context("LICENSE-MIT has other words")?
            .1;
        let text = format!(
            "MIT License\n\nCopyright (c) {}\n\nPermission{terms}",
            of.authors.join(", ")
        );
        self.add(&text, of);
        Ok(())
    }
}

/// The text without spaces at the ends of lines, and empty lines around it.
fn tidy(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: &str = "  Apache License\n  Version 2.0\n";
    const MIT: &str = "MIT License\n\nCopyright A, B and C";

    /// A crate `name` 1.0.0 with these files.
    fn a_crate(name: &str, licence: &str, files: &[(&str, &str)]) -> Crate {
        let folder =
            std::env::temp_dir().join(format!("vitpad-texts-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (file, text) in files {
            fs::write(folder.join(file), text).unwrap();
        }
        Crate {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.to_owned(),
            authors: vec!["Somebody".to_owned()],
            folder,
        }
    }

    fn apache(appendix: &str) -> String {
        format!("{TERMS}{END_OF_APACHE}{appendix}")
    }

    #[test]
    fn each_text_is_there_once_with_all_that_it_is_for() {
        let crates = [
            a_crate(
                "x",
                "A",
                &[
                    ("LICENSE", MIT),
                    ("NOTICE", "By\nx"),
                    ("src.rs", "no\nlicence"),
                ],
            ),
            a_crate(
                "y",
                "A",
                &[("license.md", "MIT License  \r\n\r\nCopyright A,\nB and C")],
            ),
        ];
        let (texts, without) = texts(&crates).unwrap();
        let told: Vec<_> = texts
            .iter()
            .map(|text| (text.text.as_str(), text.crates.join("+")))
            .collect();
        assert_eq!(
            told,
            [
                (MIT, "x 1.0.0+y 1.0.0".to_owned()),
                ("By\nx", "x 1.0.0".to_owned())
            ]
        );
        assert!(without.is_empty());
    }

    #[test]
    fn the_appendix_of_apache_is_kept_where_it_names_somebody() {
        let texts = |appendix: &str| parts(&apache(appendix)).len();
        assert_eq!(
            [
                texts(""),
                texts("Copyright [yyyy] [owner]"),
                texts("Copyright 2020 Somebody")
            ],
            [1, 1, 2]
        );
    }

    #[test]
    fn a_crate_without_a_text_gets_that_of_its_licence() {
        let crates = [
            a_crate(
                "a",
                "MIT OR Apache-2.0",
                &[("LICENSE-MIT", "../LICENSE-MIT")],
            ),
            a_crate("b", "Apache-2.0", &[("LICENSE", &apache(""))]),
            a_crate("c", "MIT", &[]),
        ];
        let (texts, without) = texts(&crates).unwrap();
        let names: Vec<_> = without.iter().map(|each| each.name.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(texts[0].crates, ["b 1.0.0", "a 1.0.0"]);
        assert!(
            texts[1]
                .text
                .contains("Copyright (c) Somebody\n\nPermission is hereby granted")
        );
    }

    #[test]
    fn an_unknown_licence_without_a_text_is_an_error() {
        let crates = [a_crate("secret", "Mine", &[])];
        let error = texts(&crates).err().unwrap().to_string();
        assert_eq!(error, "secret 1.0.0 has no text of its licence, Mine");
    }
}
