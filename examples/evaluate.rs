//! Prints the accuracy of a weights file on MNIST's test images.
//!
//!     cargo run --release --example evaluate -- www/weights/default.safetensors

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use pollster::block_on;
use vitpad::engine::engine;
use vitpad::{VisionTransformer, VitConfig, device, train};

#[path = "support/mnist.rs"]
mod mnist;

#[derive(Parser)]
struct Options {
    /// Safetensors file.
    weights: PathBuf,
    /// Preset, for files whose metadata holds no configuration.
    #[arg(long)]
    preset: Option<String>,
    /// Folder with the MNIST files, packed or not [default: $MNIST_DIR, else data/mnist].
    #[arg(long)]
    mnist: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let bytes = fs::read(&options.weights)
        .with_context(|| format!("can't read {}", options.weights.display()))?;
    let preset = options
        .preset
        .as_deref()
        .map(VitConfig::preset)
        .transpose()?;
    let test = mnist::read(&mnist::folder(options.mnist), "t10k")?;
    let device = device::cpu().device;
    let model = VisionTransformer::from_safetensors(&bytes, preset.as_ref(), &device)?;
    let engine = engine(&model.config, &device, train::EVALUATED);
    let found = block_on(train::evaluate(engine, &model, &test))?;
    println!(
        "{:.2} % of {} test images, loss {:.4}",
        found.accuracy() * 100.0,
        found.images,
        found.loss
    );
    Ok(())
}
