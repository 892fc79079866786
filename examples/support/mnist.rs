//! MNIST's files from a folder, for the examples.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use vitpad::data::idx::Dataset;

/// `option`, else `$MNIST_DIR`, else where `cargo xtask mnist` puts them.
pub fn folder(option: Option<PathBuf>) -> PathBuf {
    option
        .or_else(|| std::env::var_os("MNIST_DIR").map(PathBuf::from))
        .unwrap_or_else(|| "data/mnist".into())
}

/// The images and labels of `set`: `train` or `t10k`, as the files are named.
pub fn read(folder: &Path, set: &str) -> Result<Dataset> {
    let images = file(folder, &format!("{set}-images-idx3-ubyte"))?;
    let labels = file(folder, &format!("{set}-labels-idx1-ubyte"))?;
    Ok(Dataset::parse(&images, &labels, 10)?)
}

/// The file, packed or not.
fn file(folder: &Path, name: &str) -> Result<Vec<u8>> {
    for path in [folder.join(name), folder.join(format!("{name}.gz"))] {
        if path.is_file() {
            return fs::read(&path).with_context(|| format!("can't read {}", path.display()));
        }
    }
    bail!(
        "no {name} in {}: run `cargo xtask mnist`, or set MNIST_DIR",
        folder.display()
    )
}
