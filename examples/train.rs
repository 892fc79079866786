//! Trains a preset on MNIST and writes its weights.
//!
//!     cargo xtask mnist
//!     cargo run --release --example train -- --preset default --out weights.safetensors

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use pollster::block_on;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use vitpad::config::VitConfig;
use vitpad::data::augment::Augment;
use vitpad::data::batch;
use vitpad::data::idx::Dataset;
use vitpad::device::{self, Selected};
use vitpad::train::{Recipe, Trainer, accuracy};
use vitpad::weights::Precision;

#[path = "support/mnist.rs"]
mod mnist;

#[derive(Parser)]
struct Options {
    /// Preset of model and recipe: default or reference.
    #[arg(long, default_value = "default")]
    preset: String,
    /// Folder with the four MNIST files, packed or not [default: $MNIST_DIR, else data/mnist].
    #[arg(long)]
    mnist: Option<PathBuf>,
    #[arg(long)]
    epochs: Option<usize>,
    #[arg(long)]
    batch: Option<usize>,
    #[arg(long)]
    learning_rate: Option<f64>,
    #[arg(long)]
    seed: Option<u64>,
    /// Train on the first so many images only.
    #[arg(long)]
    images: Option<usize>,
    /// Safetensors file to write after each epoch.
    #[arg(long)]
    out: PathBuf,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let config = VitConfig::preset(&options.preset)?;
    let preset = Recipe::preset(&options.preset)?;
    let recipe = Recipe {
        epochs: options.epochs.unwrap_or(preset.epochs),
        batch: options.batch.unwrap_or(preset.batch).max(1),
        learning_rate: options.learning_rate.unwrap_or(preset.learning_rate),
        seed: options.seed.unwrap_or(preset.seed),
        ..preset
    };
    let folder = mnist::folder(options.mnist);
    let training = mnist::read(&folder, "train")?;
    let test = mnist::read(&folder, "t10k")?;
    let count = options
        .images
        .unwrap_or(usize::MAX)
        .clamp(1, training.labels.len());
    run(&config, recipe, &training, count, &test, &options.out)
}

fn run(
    config: &VitConfig,
    recipe: Recipe,
    training: &Dataset,
    count: usize,
    test: &Dataset,
    out: &PathBuf,
) -> Result<()> {
    let Selected { device, .. } = device::cpu();
    let per_epoch = count.div_ceil(recipe.batch);
    let mut trainer = Trainer::new(config, recipe.clone(), per_epoch * recipe.epochs, &device)?;
    let mut rng = StdRng::seed_from_u64(recipe.seed);
    let mut order: Vec<usize> = (0..count).collect();
    println!(
        "{} parameters, {count} images, {recipe:?}",
        config.parameters()
    );
    for epoch in 1..=recipe.epochs {
        order.shuffle(&mut rng);
        let progress = progress_bar(per_epoch, epoch)?;
        let mut losses = 0.0;
        for indices in order.chunks(recipe.batch) {
            let pixels = pixels(training, indices, recipe.augment, &mut rng);
            let labels: Vec<u8> = indices.iter().map(|&i| training.labels[i]).collect();
            let images = batch::images(&pixels, config, &device);
            let targets = batch::targets(&labels, config.classes, recipe.label_smoothing, &device);
            losses += trainer.step(images, targets).into_scalar::<f32>();
            progress.inc(1);
            progress.set_message(format!("{:.4}", losses / progress.position() as f32));
        }
        progress.finish();
        let model = trainer.model();
        let accuracy = block_on(accuracy(&model, test, &device))?;
        let loss = losses / per_epoch as f32;
        println!(
            "epoch {epoch}: loss {loss:.4}, test accuracy {:.2} %",
            accuracy * 100.0
        );
        let made_by = format!("examples/train.rs, {recipe:?}, epoch {epoch}, accuracy {accuracy}");
        let bytes = block_on(model.to_safetensors(Precision::Float16, &[("made_by", made_by)]))?;
        fs::write(out, bytes).with_context(|| format!("can't write {}", out.display()))?;
    }
    println!("wrote {}", out.display());
    Ok(())
}

/// Values in 0 to 1, image after image.
fn pixels(data: &Dataset, indices: &[usize], augment: bool, rng: &mut StdRng) -> Vec<f32> {
    let side = data.images.rows;
    let images = indices.iter().map(|&index| data.images.image(index));
    if augment {
        images
            .flat_map(|image| Augment::default().apply(image, side, rng))
            .collect()
    } else {
        images
            .flatten()
            .map(|&pixel| f32::from(pixel) / 255.0)
            .collect()
    }
}

fn progress_bar(steps: usize, epoch: usize) -> Result<ProgressBar> {
    let style = "epoch {prefix} [{wide_bar}] {pos}/{len} loss {msg} ({eta} left)";
    let bar = ProgressBar::new(steps as u64).with_prefix(epoch.to_string());
    bar.set_style(ProgressStyle::with_template(style)?);
    Ok(bar)
}
