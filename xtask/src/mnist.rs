//! MNIST's four files, unpacked and checked, in data/mnist.

use crate::build::write;
use crate::project::root;
use crate::stamp::sha256;
use anyhow::{Context, Result, anyhow, bail};
use flate2::read::GzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

const MIRRORS: [&str; 2] = [
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
];

pub struct DataFile {
    pub name: &'static str,
    /// The hash of the unpacked content: archives differ from mirror to mirror.
    pub sha256: &'static str,
}

pub const FILES: [DataFile; 4] = [
    DataFile {
        name: "train-images-idx3-ubyte",
        sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    },
    DataFile {
        name: "train-labels-idx1-ubyte",
        sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
    DataFile {
        name: "t10k-images-idx3-ubyte",
        sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    },
    DataFile {
        name: "t10k-labels-idx1-ubyte",
        sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
];

/// Larger than any of the files, packed or not.
const LIMIT: u64 = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(30);

/// Puts the files into data/mnist: from the folder `from`, else from `mirrors`, else from the
/// public ones.
pub fn mnist(from: Option<&Path>, mirrors: &[String]) -> Result<()> {
    let public = MIRRORS.map(str::to_owned);
    let source = match from {
        Some(folder) if mirrors.is_empty() => Source::Folder(folder),
        _ => Source::Mirrors(if mirrors.is_empty() { &public } else { mirrors }),
    };
    let folder = folder();
    fetch(&FILES, &source, &folder)?;
    println!(
        "MNIST is in {}; the next `cargo xtask build` or `serve` puts it on the page",
        folder.display()
    );
    Ok(())
}

pub fn folder() -> PathBuf {
    root().join("data/mnist")
}

/// Whether all files are there. What [`mnist`] leaves there is checked.
pub fn present() -> bool {
    FILES.iter().all(|file| folder().join(file.name).is_file())
}

enum Source<'a> {
    Folder(&'a Path),
    Mirrors(&'a [String]),
}

fn fetch(files: &[DataFile], source: &Source, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for file in files {
        let kept = folder.join(file.name);
        if fs::read(&kept).is_ok_and(|bytes| sha256(&bytes) == file.sha256) {
            println!("{}: already there", file.name);
            continue;
        }
        let bytes = match source {
            Source::Folder(from) => copied(file, from)?,
            Source::Mirrors(mirrors) => downloaded(file, mirrors)?,
        };
        write(&kept, &bytes)?;
        println!("{}: {} bytes, checked", file.name, bytes.len());
    }
    Ok(())
}

/// The checked content from a folder that holds the file, packed or unpacked.
fn copied(file: &DataFile, folder: &Path) -> Result<Vec<u8>> {
    let plain = folder.join(file.name);
    let packed = folder.join(format!("{}.gz", file.name));
    let (place, bytes) = match (fs::read(&plain), fs::read(&packed)) {
        (Ok(bytes), _) => (plain, Ok(bytes)),
        (_, Ok(bytes)) => (packed, unpacked(&bytes)),
        _ => bail!(
            "{} holds neither {1} nor {1}.gz",
            folder.display(),
            file.name
        ),
    };
    bytes
        .and_then(|bytes| checked(file, bytes))
        .with_context(|| place.display().to_string())
}

/// The checked content from the first mirror that has it.
fn downloaded(file: &DataFile, mirrors: &[String]) -> Result<Vec<u8>> {
    let mut failures = Vec::new();
    for mirror in mirrors {
        if let Some(failure) = failures.last() {
            println!("{failure}; trying {mirror}");
        }
        let url = format!("{}/{}.gz", mirror.trim_end_matches('/'), file.name);
        match download(&url).and_then(|packed| checked(file, unpacked(&packed)?)) {
            Ok(bytes) => return Ok(bytes),
            Err(error) => failures.push(format!("{url}: {error:#}")),
        }
    }
    Err(anyhow!(
        "no mirror gave a good {}:\n  {}\ndownload it by hand and name its folder in MNIST_DIR, \
         or name another mirror with --mirror",
        file.name,
        failures.join("\n  ")
    ))
}

fn download(url: &str) -> Result<Vec<u8>> {
    let config = ureq::Agent::config_builder()
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .build();
    let mut response = ureq::Agent::from(config).get(url).call()?;
    let size = response.body().content_length();
    let bar = size.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let template = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}";
    bar.set_style(ProgressStyle::with_template(template)?);
    bar.set_message(url.rsplit('/').next().unwrap_or(url).to_owned());

    let mut bytes = Vec::new();
    let body = response.body_mut().as_reader();
    bar.wrap_read(body.take(LIMIT)).read_to_end(&mut bytes)?;
    bar.finish_and_clear();
    if size.is_some_and(|size| size != bytes.len() as u64) {
        bail!("the download broke off after {} bytes", bytes.len());
    }
    Ok(bytes)
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed)
        .take(LIMIT)
        .read_to_end(&mut bytes)
        .context("not a good gzip file")?;
    Ok(bytes)
}

pub fn checked(file: &DataFile, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let found = sha256(&bytes);
    if found != file.sha256 {
        bail!(
            "the content is not MNIST's: SHA-256 {found}, expected {}",
            file.sha256
        );
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
