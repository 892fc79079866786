//! Engines against `model.rs` with burn's autodiff, on the CPU: logits, loss, the gradient of every
//! parameter, and parameters after updates. Runs natively and in the browser.

#[path = "shapes.rs"]
mod shapes;
#[path = "values.rs"]
mod values;

use burn::tensor::{Device, Tensor};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use shapes::SHAPES;
use values::{changes, close, noise, numbers, read};
use vitpad::config::{Activation, Norm, VitConfig};
use vitpad::data::augment::Change;
use vitpad::data::batch::{DEVIATION, MEAN, normalized};
use vitpad::device;
use vitpad::engine::{self, AdamState, AdamStep, Batch, Engine, Gradient, Input};
use vitpad::engine::{Normalization, Reference, Update, engine};
use vitpad::model::{Dropout, Layout, VisionTransformer};

/// Of logits and losses, relative to the largest but at least to 1.
const LOGITS: f32 = 5e-5;
/// Of gradients, relative to the tensor's largest but at least to [`LEAST`].
const GRADIENT: f32 = 2e-4;
/// Keys' biases have no gradient but rounding noise.
const LEAST: f32 = 2e-3;
/// Of parameters and moments after updates with the same gradient.
const UPDATE: f32 = 2e-5;

/// Models of every kind, with batches of several sizes.
pub async fn all(device: &Device) {
    let base = VitConfig {
        dropout: 0.0,
        ..VitConfig::reference()
    };
    let small = VitConfig {
        image_size: 6,
        patch_size: 3,
        channels: 2,
        classes: 3,
        width: 12,
        heads: 4,
        layers: 2,
        hidden: 20,
        ..base.clone()
    };
    for norm in [Norm::Pre, Norm::Post] {
        for (activation, dropout) in [(Activation::Gelu, 0.0), (Activation::Relu, 0.3)] {
            let config = VitConfig {
                norm,
                activation,
                dropout,
                ..small.clone()
            };
            // The last is more than a workgroup has invocations.
            for batch in [1, 5, 33, 300] {
                agrees(&config, batch, device).await;
            }
        }
    }
    for config in [
        VitConfig {
            dropout: 0.1,
            ..base
        },
        VitConfig::default(),
        VitConfig {
            width: 8,
            heads: 4,
            ..small.clone()
        },
        // More outputs than a group has invocations.
        VitConfig {
            width: 128,
            hidden: 72,
            ..small.clone()
        },
        VitConfig {
            width: 32,
            heads: 1,
            classes: 10,
            ..small
        },
        VitConfig::quick(),
    ] {
        agrees(&config, 3, device).await;
    }
}

/// Models and batches drawn at random. `any` draws sizes too that fill no vector.
pub async fn random(count: usize, any: bool, device: &Device) {
    let mut rng = StdRng::seed_from_u64(8);
    for _ in 0..count {
        let (width, heads) = *SHAPES.choose(&mut rng).expect("some");
        let patch_size = rng.random_range(1..=4);
        let mut config = VitConfig {
            image_size: patch_size * rng.random_range(1..=8),
            patch_size,
            channels: rng.random_range(1..=2),
            classes: rng.random_range(1..=11),
            width,
            heads,
            layers: rng.random_range(1..=2),
            hidden: *[4, 24, 64, 148].choose(&mut rng).expect("some"),
            dropout: *[0.0, 0.1, 0.6].choose(&mut rng).expect("some"),
            activation: *[Activation::Gelu, Activation::Relu]
                .choose(&mut rng)
                .expect("some"),
            norm: *[Norm::Pre, Norm::Post].choose(&mut rng).expect("some"),
            ..VitConfig::reference()
        };
        if any && rng.random() {
            (config.width, config.heads) = (6, 2);
            config.hidden = *[1, 150].choose(&mut rng).expect("some");
        }
        agrees(&config, rng.random_range(1..=33), device).await;
    }
}

async fn agrees(config: &VitConfig, batch: usize, device: &Device) {
    let name = format!("{config:?}, batch {batch}");
    let cpu = device::cpu().device;
    let tested = engine(config, device, batch);
    let model = model(config);
    let given = |device: &Device| images(config, batch, device);
    let found = gradient(&*tested, &model, given(device), device).await;
    let oracle = gradient(&Reference, &model, given(&cpu), &cpu).await;
    close(
        &format!("logits of {name}"),
        &found.logits,
        &oracle.logits,
        LOGITS,
        1.0,
    );
    close(
        &format!("loss of {name}"),
        &found.loss,
        &oracle.loss,
        LOGITS,
        1.0,
    );
    for entry in Layout::of(config).entries() {
        let [found, expected] =
            [&found, &oracle].map(|values| &values.parameters[entry.place.clone()]);
        let name = format!("gradient of {} of {name}", entry.name);
        close(&name, found, expected, GRADIENT, LEAST);
    }
    if config.dropout == 0.0 {
        let model = model.clone().to_device(device);
        let logits = tested.logits(&model, given(device));
        let logits = read(logits.flatten(0, 1)).await;
        let name = format!("inference of {name}");
        close(&name, &logits, &oracle.logits, LOGITS, 1.0);
    }
    updates_agree(&*tested, &model, &oracle.parameters, device).await;
}

/// With biases that are not zero, as fresh ones are.
fn model(config: &VitConfig) -> VisionTransformer {
    let cpu = device::cpu().device;
    let mut model = config.init(3, &cpu).expect("a valid configuration");
    let noise = numbers(model.parameters.dims()[0], 9, 0.1);
    model.parameters = model.parameters + Tensor::from_floats(noise.as_slice(), &cpu);
    model
}

/// What [`Gradient`] holds, read.
struct Values {
    loss: Vec<f32>,
    logits: Vec<f32>,
    parameters: Vec<f32>,
}

async fn gradient(
    engine: &dyn Engine,
    model: &VisionTransformer,
    input: impl Into<Input>,
    device: &Device,
) -> Values {
    let input = input.into();
    let model = model.clone().to_device(device);
    let classes = model.config.classes;
    let targets = numbers(input.batch() * classes, 77, 0.5);
    let targets = targets.into_iter().map(|x| x + 0.5).collect();
    let batch = Batch {
        targets: engine::targets(targets, classes, device),
        input,
        dropout: Dropout::new(model.config.dropout, 11),
    };
    let Gradient {
        loss,
        logits,
        parameters,
    } = engine.gradient(&model, batch);
    Values {
        loss: read(loss).await,
        logits: read(logits.flatten(0, 1)).await,
        parameters: read(parameters).await,
    }
}

/// Two steps, with every kind of weight decay and a bound on the gradient's norm.
async fn updates_agree(
    engine: &dyn Engine,
    model: &VisionTransformer,
    gradient: &[f32],
    device: &Device,
) {
    for (l2, decay, clip_norm) in [(0.0, 1.0, None), (0.1, 1.0, Some(0.05)), (0.0, 0.99, None)] {
        let step = AdamStep {
            betas: [0.9, 0.999],
            complements: [0.1, 0.001],
            eps: 1e-8,
            l2,
            decay,
            rate: 1e-2,
            root_scale: 31.6,
        };
        let run = |engine: &dyn Engine, device: &Device| {
            let update = Update::new(step, clip_norm, device);
            let mut state = AdamState::new(model.parameters.clone().to_device(device));
            for scale in [1.0, -0.3] {
                // Without what Adam divides down to nothing.
                let gradient: Vec<f32> = gradient.iter().map(|x| (x + 0.01) * scale).collect();
                let gradient = Tensor::from_floats(gradient.as_slice(), device);
                state = engine.update(state, gradient, &update);
            }
            let [first, second] = state.moments;
            [state.parameters, first, second]
        };
        let cpu = device::cpu().device;
        let pairs = run(engine, device).into_iter().zip(run(&Reference, &cpu));
        for (found, expected) in pairs {
            let (found, expected) = (read(found).await, read(expected).await);
            close("an update", &found, &expected, UPDATE, 1.0);
        }
    }
}

/// A model that gathers its images, against the same model that is given what the CPU gathered.
pub async fn gathers(device: &Device) {
    let odd = VitConfig {
        image_size: 9,
        patch_size: 3,
        ..VitConfig::quick()
    };
    for config in [VitConfig::reference(), VitConfig::quick(), odd] {
        let tested = engine(&config, device, 20);
        let model = config.init(3, device).expect("a valid configuration");
        let side = config.image_size;
        let pixels = noise(7 * side * side);
        let stored = tested.store(&pixels, side).expect("a shader that gathers");
        let (indices, drawn) = changes(7);
        let none = indices.iter().map(|_| Change::default()).collect();
        for changes in [drawn, none] {
            let mut values = vec![0.0; indices.len() * side * side];
            let outputs = values.chunks_exact_mut(side * side);
            for ((&index, change), out) in indices.iter().zip(&changes).zip(outputs) {
                let image = &pixels[index as usize * side * side..][..side * side];
                change.apply_into(image, side, out);
            }
            let images = engine::images(normalized(&values), &config, device);
            let normalization = Normalization {
                mean: MEAN,
                deviation: DEVIATION,
            };
            let numbers = changes.iter().flat_map(Change::numbers).collect();
            let gather = stored.gather(&indices, numbers, normalization);
            let expected = gradient(&*tested, &model, images, device).await;
            let found = gradient(&*tested, &model, gather, device).await;
            // A pixel's place is rounded, and neighbours differ by up to 255.
            close("logits", &found.logits, &expected.logits, 1e-3, 1.0);
            close("loss", &found.loss, &expected.loss, 1e-3, 1.0);
            close(
                "the gradient",
                &found.parameters,
                &expected.parameters,
                3e-3,
                LEAST,
            );
        }
    }
}

fn images(config: &VitConfig, batch: usize, device: &Device) -> Tensor<4> {
    engine::images(numbers(batch * config.pixels(), 5, 1.5), config, device)
}
