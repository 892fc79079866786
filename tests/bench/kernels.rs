//! `cargo bench`: whole models, by the CPU's engine and by burn's operations, which it replaces. One
//! thread, this processor's widest vectors, batches of 64 images.
//!
//! `cargo xtask bench cpu` reads the times by name. A name ends in `kernel` or in `composition`.

mod limit;

use std::sync::Arc;
use std::time::Duration;

use burn::tensor::{Device, Tensor};
use criterion::{Criterion, criterion_group, criterion_main};
use vitpad::config::VitConfig;
use vitpad::data::batch::{normalized, targets};
use vitpad::data::idx::{Dataset, Images};
use vitpad::data::training::TrainingData;
use vitpad::device;
use vitpad::engine::{self, AdamState, AdamStep, Batch, Engine, Reference, Update};
use vitpad::model::{Dropout, VisionTransformer};
use vitpad::train::{Recipe, Trainer};

const BATCH: usize = 64;

/// As in `examples/train.rs`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20);
    targets = models, limit::limit
}
criterion_main!(benches);

fn presets() -> [(&'static str, VitConfig); 2] {
    let reference = VitConfig {
        dropout: 0.0,
        ..VitConfig::reference()
    };
    [("reference", reference), ("default", VitConfig::default())]
}

fn models(criterion: &mut Criterion) {
    let device = device::cpu().device;
    let data = Arc::new(stored_images());
    for (name, config) in presets() {
        let recipe = Recipe {
            batch: BATCH,
            epochs: 1_000,
            augment: None,
            ..Recipe::published()
        };
        let trainer = Trainer::new(&config, recipe, data.clone(), &device);
        let mut trainer = trainer.expect("a valid preset");
        criterion.bench_function(&format!("{name}: training step, kernel"), |timer| {
            timer.iter(|| drop(trainer.step()));
        });
        let mut composed = Composed::new(&config);
        criterion.bench_function(&format!("{name}: training step, composition"), |timer| {
            timer.iter(|| composed.step());
        });
        let model = trainer.model();
        let picture = vec![0.5; config.pixels()];
        let images = || engine::images(normalized(&picture), &config, &device);
        criterion.bench_function(&format!("{name}: one image, kernel"), |timer| {
            timer.iter(|| trainer.engine.logits(&model, images()));
        });
        criterion.bench_function(&format!("{name}: one image, composition"), |timer| {
            timer.iter(|| Reference.logits(&model, images()));
        });
    }
}

/// Images that lie ready: making synthetic ones would be a part of each step.
fn stored_images() -> TrainingData {
    let count = 3 * BATCH;
    let images = Images {
        count,
        rows: 28,
        columns: 28,
        pixels: (0..count * 28 * 28)
            .map(|pixel| (pixel % 251) as u8)
            .collect(),
    };
    let labels = (0..count).map(|image| (image % 10) as u8).collect();
    let set = Dataset { images, labels };
    TrainingData::from_sets("stripes".into(), set, None, Some(2 * BATCH)).expect("enough images")
}

const STEP: AdamStep = AdamStep {
    betas: [0.9, 0.999],
    complements: [0.1, 0.001],
    eps: 1e-8,
    l2: 0.0,
    decay: 0.999,
    rate: 1e-3,
    root_scale: 31.6,
};

/// Training with burn's operations alone, which computes every token of every block.
struct Composed {
    config: VitConfig,
    state: Option<AdamState>,
    images: Tensor<4>,
    targets: Tensor<2>,
    device: Device,
}

impl Composed {
    fn new(config: &VitConfig) -> Self {
        let device = device::cpu().device;
        let pixels: Vec<f32> = (0..BATCH * config.pixels())
            .map(|pixel| (pixel % 7) as f32 / 6.0)
            .collect();
        let model = config.init(1, &device).expect("a valid preset");
        let targets = targets(&[3; BATCH], config.classes, 0.0);
        Self {
            config: config.clone(),
            state: Some(AdamState::new(model.parameters)),
            images: engine::images(normalized(&pixels), config, &device),
            targets: engine::targets(targets, config.classes, &device),
            device,
        }
    }

    fn step(&mut self) {
        let state = self.state.take().expect("put back below");
        let model = VisionTransformer {
            config: self.config.clone(),
            parameters: state.parameters.clone(),
        };
        let batch = Batch {
            input: self.images.clone().into(),
            targets: self.targets.clone(),
            dropout: Dropout::NONE,
        };
        let gradient = Reference.gradient(&model, batch).parameters;
        let update = Update::new(STEP, None, &self.device);
        self.state = Some(Reference.update(state, gradient, &update));
    }
}
