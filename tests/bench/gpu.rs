//! `cargo bench --features webgpu --bench gpu`: whole models natively on a graphics card, through
//! Vulkan, Metal or DirectX, and on one thread of the CPU.

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::Device;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pollster::block_on;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use vitpad::config::VitConfig;
use vitpad::data::batch::normalized;
use vitpad::data::idx::{Dataset, Images};
use vitpad::data::training::TrainingData;
use vitpad::device::{self, Adapter};
use vitpad::engine;
use vitpad::select::open_webgpu;
use vitpad::train::{Recipe, Trainer, read_back};

const BATCHES: [usize; 3] = [64, 256, 1_024];
/// Of the training set: a multiple of every batch, so that each is whole.
const IMAGES: usize = 10_240;
const SIDE: usize = 28;
/// Steps between two results.
const TURN: usize = 32;

criterion_group! {
    name = benches;
    config = Criterion::default()
        // A card that was idle takes a while to reach its clock.
        .warm_up_time(Duration::from_secs(2))
        .measurement_time(Duration::from_secs(2))
        .sample_size(10);
    targets = models
}
criterion_main!(benches);

fn models(criterion: &mut Criterion) {
    let device = graphics_card();
    let data = Arc::new(random_images());
    for preset in ["reference", "default"] {
        let config = VitConfig {
            dropout: 0.0,
            ..VitConfig::preset(preset).expect("a preset")
        };
        for batch in BATCHES {
            let name = format!("{preset}, batch {batch}");
            training(criterion, &name, &config, batch, &data, &device);
        }
        reading(criterion, &format!("{preset}, one image"), &config, &device);
        let cpu = device::cpu().device;
        let name = format!("{preset}, batch 64, CPU");
        training(criterion, &name, &config, 64, &data, &cpu);
        reading(
            criterion,
            &format!("{preset}, one image, CPU"),
            &config,
            &cpu,
        );
    }
}

/// One that computes nothing on the CPU, as far as the kernels' sizes are concerned.
fn graphics_card() -> Device {
    let adapter = Adapter {
        description: "for the benchmark".into(),
        is_fallback: false,
        // Of every card that runs this, so far.
        subgroup: 32,
        has_timestamp_query: true,
    };
    let selected = block_on(open_webgpu(&adapter));
    selected.expect("a graphics driver").device
}

/// Steps whose losses are read now and then, as the training page does it.
fn training(
    criterion: &mut Criterion,
    name: &str,
    config: &VitConfig,
    batch: usize,
    data: &Arc<TrainingData>,
    device: &Device,
) {
    let recipe = Recipe {
        batch,
        epochs: 10_000,
        augment: None,
        ..Recipe::published()
    };
    let trainer = Trainer::new(config, recipe, data.clone(), device);
    let mut trainer = trainer.expect("a valid preset");
    let mut group = criterion.benchmark_group("train");
    group.throughput(Throughput::Elements(batch as u64));
    group.bench_function(name, |timer| {
        timer.iter_custom(|steps| {
            let start = Instant::now();
            for first in (0..steps).step_by(TURN) {
                let turn = (steps - first).min(TURN as u64);
                let made = (0..turn).map(|_| trainer.step()).collect();
                block_on(read_back(made)).expect("losses");
            }
            start.elapsed()
        });
    });
}

/// One image, read back each time, as the drawing page does it.
fn reading(criterion: &mut Criterion, name: &str, config: &VitConfig, device: &Device) {
    let model = config.init(1, device).expect("a model");
    let engine = engine::engine(config, device, 1);
    let picture = vec![0.5; config.pixels()];
    let mut group = criterion.benchmark_group("read");
    group.bench_function(name, |timer| {
        timer.iter(|| {
            let images = engine::images(normalized(&picture), config, device);
            let logits = engine.logits(&model, images);
            block_on(logits.into_data_async()).expect("logits")
        });
    });
}

/// What they show makes no difference to the time.
fn random_images() -> TrainingData {
    let mut rng = StdRng::seed_from_u64(1);
    // Enough of them, once validation and test sets are held out.
    let count = IMAGES * 3 / 2;
    let mut pixels = vec![0; count * SIDE * SIDE];
    rng.fill(&mut pixels[..]);
    let images = Images {
        count,
        rows: SIDE,
        columns: SIDE,
        pixels,
    };
    let labels = (0..count).map(|index| (index % 10) as u8).collect();
    let set = Dataset { images, labels };
    let data = TrainingData::from_sets("random".into(), set, None, Some(IMAGES));
    data.expect("enough images")
}
