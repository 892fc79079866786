//! Trains a preset on MNIST and writes its weights.
//!
//!     cargo xtask mnist
//!     cargo run --release --example train -- --preset default --out weights.safetensors

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use pollster::block_on;
use vitpad::config::VitConfig;
use vitpad::data::training::TrainingData;
use vitpad::device::{self, Selected};
use vitpad::files::Precision;
use vitpad::train::{Recipe, Trainer, evaluate, read_back};

#[path = "support/mnist.rs"]
mod mnist;

/// The system's returns a step's memory to the kernel, and asks for it again: a quarter of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Options {
    /// Preset of model and recipe: default, reference or quick.
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
    /// Train on so many images only.
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
        batch: options.batch.unwrap_or(preset.batch),
        learning_rate: options.learning_rate.unwrap_or(preset.learning_rate),
        seed: options.seed.unwrap_or(preset.seed),
        ..preset
    };
    let folder = mnist::folder(options.mnist);
    let training = mnist::read(&folder, "train")?;
    let test = mnist::read(&folder, "t10k")?;
    let data = TrainingData::from_sets("MNIST".into(), training, Some(test), options.images)?;
    let Selected { device, .. } = device::cpu();
    let mut trainer = Trainer::new(&config, recipe, Arc::new(data), &device)?;
    println!(
        "{} parameters, {} images, {:?}",
        config.parameters(),
        trainer.data.len(),
        trainer.recipe
    );
    for epoch in 1..=trainer.recipe.epochs {
        train_epoch(&mut trainer, epoch)?;
        let model = trainer.model();
        let evaluate = |data| block_on(evaluate(trainer.engine.clone(), &model, data));
        let validation = evaluate(&trainer.data.validation)?;
        let test = evaluate(&trainer.data.test)?;
        let result = format!(
            "epoch {epoch}: validation accuracy {:.2} %, test accuracy {:.2} %",
            validation.accuracy() * 100.0,
            test.accuracy() * 100.0
        );
        println!("{result}");
        let made_by = format!("examples/train.rs, {:?}, {result}", trainer.recipe);
        let bytes = block_on(model.to_safetensors(Precision::Float16, &[("made_by", made_by)]))?;
        let out = &options.out;
        fs::write(out, bytes).with_context(|| format!("can't write {}", out.display()))?;
    }
    println!("wrote {}", options.out.display());
    Ok(())
}

fn train_epoch(trainer: &mut Trainer, epoch: usize) -> Result<()> {
    let steps = trainer.steps_per_epoch();
    let progress = progress_bar(steps, epoch)?;
    let mut losses = 0.0;
    for _ in 0..steps {
        let step = trainer.step();
        let results = block_on(read_back(vec![step]))?;
        losses += results[0].loss;
        trainer.record(results)?;
        progress.inc(1);
        progress.set_message(format!("{:.4}", losses / progress.position() as f32));
    }
    progress.finish();
    Ok(())
}

fn progress_bar(steps: usize, epoch: usize) -> Result<ProgressBar> {
    let style = "epoch {prefix} [{wide_bar}] {pos}/{len} loss {msg} ({eta} left)";
    let bar = ProgressBar::new(steps as u64).with_prefix(epoch.to_string());
    bar.set_style(ProgressStyle::with_template(style)?);
    Ok(bar)
}
