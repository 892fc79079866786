//! `cargo bench`: every kernel beside the composition of burn's operations that it replaces, and
//! whole models. One thread, this processor's widest vectors, batches of 64 images.
//!
//! `cargo xtask bench cpu` runs the whole models and the limit, and reads the times by name.
//! A name ends in `kernel` or in `composition`; what trains ends in `with gradients`.

mod limit;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use burn::tensor::{Device, Distribution, Tensor};
use criterion::{Criterion, criterion_group, criterion_main};
use vitpad::config::VitConfig;
use vitpad::data::batch;
use vitpad::data::idx::{Dataset, Images};
use vitpad::data::training::TrainingData;
use vitpad::device;
use vitpad::kernels::adam::{Parameter, Update};
use vitpad::kernels::{self, AdamStep, Dropout, MlpLayers, unfused};
use vitpad::model::{Layout, VisionTransformer};
use vitpad::train::{Recipe, Trainer};
use vitpad::vit::Packed;

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
    targets = operations, update, models, limit::limit
}
criterion_main!(benches);

fn presets() -> [(&'static str, VitConfig); 2] {
    let reference = VitConfig {
        dropout: 0.0,
        ..VitConfig::reference()
    };
    [("reference", reference), ("default", VitConfig::default())]
}

/// Times `work` with the kernels, and with the compositions.
fn both(criterion: &mut Criterion, name: &str, mut work: impl FnMut()) {
    criterion.bench_function(&format!("{name}, kernel"), |timer| timer.iter(&mut work));
    criterion.bench_function(&format!("{name}, composition"), |timer| {
        unfused(|| timer.iter(&mut work));
    });
}

/// Times an operation, without and with the gradients of all that it depends on.
fn operation<const D: usize>(
    criterion: &mut Criterion,
    name: &str,
    f: impl Fn(&Device) -> Tensor<D>,
) {
    let device = device::cpu().device;
    both(criterion, name, || drop(black_box(f(&device))));
    let device = device.autodiff();
    both(criterion, &format!("{name} with gradients"), || {
        drop(black_box(f(&device).sum().backward()));
    });
}

fn operations(criterion: &mut Criterion) {
    for (name, config) in presets() {
        let VitConfig {
            width,
            hidden,
            heads,
            activation,
            ..
        } = config;
        let x = [BATCH, config.tokens(), width];
        let packed = [BATCH, config.tokens(), 3 * width];
        let inputs = Inputs::new();
        operation(criterion, &format!("{name}: linear"), |device| {
            let weight = inputs.get([width, 3 * width], device);
            kernels::linear(
                inputs.get(x, device),
                weight,
                inputs.get([3 * width], device),
            )
        });
        operation(criterion, &format!("{name}: mlp"), |device| {
            let layers = MlpLayers {
                weight1: inputs.get([width, hidden], device),
                bias1: inputs.get([hidden], device),
                weight2: inputs.get([hidden, width], device),
                bias2: inputs.get([width], device),
                activation,
                dropout: Dropout::NONE,
            };
            kernels::mlp(inputs.get(x, device), layers)
        });
        operation(criterion, &format!("{name}: attention"), |device| {
            let tokens = config.tokens();
            kernels::attention(inputs.get(packed, device), heads, tokens, Dropout::NONE)
        });
        operation(criterion, &format!("{name}: drop"), |device| {
            kernels::drop(inputs.get(x, device), Dropout::new(0.1, 1))
        });
        operation(criterion, &format!("{name}: layer_norm"), |device| {
            let (gain, bias) = (inputs.get([width], device), inputs.get([width], device));
            kernels::layer_norm(inputs.get(x, device), gain, bias, 1e-5)
        });
        operation(criterion, &format!("{name}: residual_norm"), |device| {
            let (gain, bias) = (inputs.get([width], device), inputs.get([width], device));
            let residual = inputs.get(x, device);
            kernels::residual_norm(inputs.get(x, device), residual, gain, bias, 1e-5)
        });
    }
    let inputs = Inputs::new();
    operation(criterion, "cross_entropy", |device| {
        let targets = batch::targets(&[3; BATCH], 10, 0.0, device);
        kernels::cross_entropy(inputs.get([BATCH, 10], device), targets)
    });
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

fn update(criterion: &mut Criterion) {
    let count = VitConfig::default().parameters();
    let device = device::cpu().device;
    let zeros = || Tensor::<1>::zeros([count], &device);
    let update = Update::new(STEP, &device);
    let gradient = zeros() + 0.1;
    let mut parameter = Some(Parameter {
        value: zeros(),
        moments: [zeros(), zeros()],
    });
    both(criterion, "default: adam, all parameters in one", || {
        let before = parameter.take().expect("put back below");
        parameter = Some(update.apply(before, gradient.clone()));
    });
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
            unfused(|| timer.iter(|| composed.step()));
        });
        let model = trainer.model();
        let plain = Composed::new(&config).model;
        let picture = vec![0.5; config.pixels()];
        let images = || batch::images(&picture, &config, &device);
        criterion.bench_function(&format!("{name}: one image, kernel"), |timer| {
            timer.iter(|| model.forward(images()));
        });
        criterion.bench_function(&format!("{name}: one image, composition"), |timer| {
            unfused(|| timer.iter(|| plain.forward(images())));
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

/// Training with burn's operations alone, which computes every token of every block.
struct Composed {
    model: VisionTransformer,
    moments: [Tensor<1>; 2],
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
        let vit = config.init(1, &device).expect("a valid preset");
        let packed = Packed::new(vit, Layout::of(config), &device);
        let parameters = packed.parameters.val();
        Self {
            moments: [parameters.zeros_like(), parameters.zeros_like()],
            model: VisionTransformer {
                config: config.clone(),
                parameters,
            },
            images: batch::images(&pixels, config, &device),
            targets: batch::targets(&[3; BATCH], config.classes, 0.0, &device),
            device,
        }
    }

    fn step(&mut self) {
        let parameters = Tensor::from_inner(self.model.parameters.clone()).require_grad();
        let model = VisionTransformer {
            config: self.model.config.clone(),
            parameters: parameters.clone(),
        };
        let logits = model.forward(self.images.clone().autodiff());
        let loss = kernels::cross_entropy(logits, self.targets.clone().autodiff());
        let gradient = parameters.grad(&loss.backward()).expect("a gradient");
        let before = Parameter {
            value: self.model.parameters.clone(),
            moments: self.moments.clone(),
        };
        let Parameter { value, moments } = Update::new(STEP, &self.device).apply(before, gradient);
        self.model.parameters = value;
        self.moments = moments;
    }
}

/// Random tensors, each made once: clones cost nothing.
struct Inputs {
    values: Tensor<1>,
}

impl Inputs {
    fn new() -> Self {
        let most = BATCH * 50 * 3 * 64;
        let device = device::cpu().device;
        let values = Tensor::random([most], Distribution::Uniform(-1.0, 1.0), &device);
        Self { values }
    }

    /// On the device's autodiff side it asks for gradients.
    fn get<const D: usize>(&self, shape: [usize; D], device: &Device) -> Tensor<D> {
        let count = shape.iter().product();
        let values = self.values.clone().narrow(0, 0, count).reshape(shape);
        if device.is_autodiff() {
            Tensor::from_inner(values).require_grad()
        } else {
            values
        }
    }
}
