//! The kernels for the whole model against the same model on the CPU: logits, loss, the gradient of
//! every parameter, and parameters after updates. Runs natively and in the browser.

#[path = "shapes.rs"]
mod shapes;

use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use shapes::SHAPES;
use vitpad::config::{Activation, Norm, VitConfig};
use vitpad::data::augment::{Augment, Change};
use vitpad::data::batch::{DEVIATION, MEAN, Stored};
use vitpad::data::idx::Images;
use vitpad::device;
use vitpad::kernels::cross_entropy;
use vitpad::kernels::gpu::{Input, pick};
use vitpad::random::{Purpose, Random};
use vitpad::vit::Model;
use vitpad::weights::{gradients, parameters};

/// Of logits, relative to the largest but at least to 1.
const LOGITS: f32 = 5e-5;
/// Of gradients, relative to the tensor's largest.
const GRADIENT: f32 = 2e-4;

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
            for batch in [1, 5, 33] {
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
        // More outputs than a party has invocations.
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

/// Models and batches drawn at random, as the CPU kernels' property tests draw them.
pub async fn random(count: usize, device: &Device) {
    let mut rng = StdRng::seed_from_u64(8);
    for _ in 0..count {
        let (width, heads) = *SHAPES.choose(&mut rng).expect("some");
        let patch_size = rng.random_range(1..=4);
        let config = VitConfig {
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
        agrees(&config, rng.random_range(1..=33), device).await;
    }
}

async fn agrees(config: &VitConfig, batch: usize, device: &Device) {
    let cpu = device::cpu().device;
    let vit = config.init(3, &cpu).expect("a valid configuration");
    let packed = Model::new(vit.clone(), &device.clone().autodiff());
    assert!(
        matches!(packed, Model::Packed(_)),
        "no kernels for {config:?}"
    );
    let layers = Model::new(vit, &cpu.clone().autodiff());
    let (logits, loss, found) = run(&packed, images(config, batch, device), device).await;
    let (expected_logits, expected_loss, expected) =
        run(&layers, images(config, batch, &cpu), &cpu).await;
    let name = format!("{config:?}, batch {batch}");
    close(
        &format!("logits of {name}"),
        &logits,
        &expected_logits,
        LOGITS,
        1.0,
    );
    close(
        &format!("loss of {name}"),
        &[loss],
        &[expected_loss],
        LOGITS,
        1.0,
    );
    for ((found, expected), spec) in found.iter().zip(&expected).zip(parameters(&layers.vit())) {
        // Keys' biases have no gradient but rounding noise.
        close(
            &format!("gradient of {} of {name}", spec.name),
            found,
            expected,
            GRADIENT,
            2e-3,
        );
    }
    let inference = packed.valid().forward(images(config, batch, device));
    if config.dropout == 0.0 {
        let inference = read(inference.flatten(0, 1)).await;
        close(
            &format!("inference of {name}"),
            &inference,
            &expected_logits,
            LOGITS,
            1.0,
        );
    }
}

/// Logits, loss and gradients.
async fn run(
    model: &Model,
    input: impl Into<Input>,
    device: &Device,
) -> (Vec<f32>, f32, Vec<Vec<f32>>) {
    let config = model.config();
    let input = input.into();
    let batch = input.batch();
    let logits = model.forward_training(input, 11);
    let targets = numbers(batch * config.classes, 77, 0.5);
    let targets = targets.into_iter().map(|x| x + 0.5).collect();
    let targets = TensorData::new(targets, [batch, config.classes]);
    let targets = Tensor::from_data(targets, device).autodiff();
    let loss = cross_entropy(logits.clone(), targets);
    let all = loss.backward();
    let mut values = Vec::new();
    for each in gradients(model, &all) {
        values.push(read(each.values).await);
    }
    let logits = read(logits.inner().flatten(0, 1)).await;
    (logits, read(loss.inner()).await[0], values)
}

fn images(config: &VitConfig, batch: usize, device: &Device) -> Tensor<4> {
    let side = config.image_size;
    let values = numbers(batch * config.pixels(), 5, 1.5);
    let data = TensorData::new(values, [batch, config.channels, side, side]);
    Tensor::from_data(data, device)
}

fn numbers(count: usize, seed: u32, scale: f32) -> Vec<f32> {
    let hash = |i: u32| {
        let x = (i ^ seed.wrapping_mul(0x9E37_79B9)).wrapping_mul(0x7FEB_352D);
        (x ^ (x >> 15)).wrapping_mul(0x846C_A68B) >> 8
    };
    (0..count as u32)
        .map(|i| (hash(i) as f32 / (1 << 23) as f32 - 1.0) * scale)
        .collect()
}

async fn read(tensor: Tensor<1>) -> Vec<f32> {
    let data = tensor.into_data_async().await.expect("readable");
    data.try_into_vec().expect("float32")
}

#[track_caller]
fn close(name: &str, found: &[f32], expected: &[f32], tolerance: f32, least: f32) {
    assert_eq!(found.len(), expected.len(), "{name}: number of values");
    let largest = expected.iter().fold(least, |max, x| max.max(x.abs()));
    for (index, (a, b)) in found.iter().zip(expected).enumerate() {
        // Not `> tolerance`: NaN must fail too.
        let close = (a - b).abs() <= tolerance * largest;
        assert!(close, "{name}[{index}] is {a}, expected {b}");
    }
}

/// Images that the device picks and changes, against those of the CPU.
pub async fn picks(device: &Device) {
    for side in [28, 9] {
        let images = noise(7, side);
        let (picks, changes) = choice(images.count);
        let stored = Stored::new(&images, device).expect("a kernel");
        for changes in [&changes[..], &[]] {
            let found = read(pick(stored.pick(&picks, changes)).flatten(0, 3)).await;
            let mut expected = vec![0.0; found.len()];
            let none = Change::default();
            let out = expected.chunks_exact_mut(side * side);
            for (at, (&pick, out)) in picks.iter().zip(out).enumerate() {
                let change = changes.get(at).unwrap_or(&none);
                change.apply_into(images.image(pick as usize), side, out);
            }
            let expected: Vec<f32> = expected.iter().map(|x| (x - MEAN) / DEVIATION).collect();
            // A pixel's place is rounded, and neighbours differ by up to 255.
            close(&format!("images of {side}"), &found, &expected, 1e-3, 1.0);
        }
    }
}

/// A model that picks its images, against the same model that is given them.
pub async fn picks_as_it_embeds(device: &Device) {
    let cpu = device::cpu().device;
    for config in [VitConfig::reference(), VitConfig::quick()] {
        let vit = config.init(3, &cpu).expect("a valid configuration");
        let model = Model::new(vit, &device.clone().autodiff());
        let images = noise(7, config.image_size);
        let (picks, changes) = choice(images.count);
        let stored = Stored::new(&images, device).expect("a kernel");
        let picked = stored.pick(&picks, &changes);
        let given = run(&model, pick(picked.clone()), device).await;
        let found = run(&model, picked, device).await;
        close("logits", &found.0, &given.0, 1e-6, 1.0);
        close("loss", &[found.1], &[given.1], 1e-6, 1.0);
        for (found, given) in found.2.iter().zip(&given.2) {
            close("a gradient", found, given, 1e-5, 1e-3);
        }
    }
}

/// Images of anything.
fn noise(count: usize, side: usize) -> Images {
    let shades = numbers(count * side * side, 21, 400.0);
    let pixels = shades.into_iter().map(|x| x.clamp(0.0, 255.0) as u8);
    Images {
        count,
        rows: side,
        columns: side,
        pixels: pixels.collect(),
    }
}

/// Some of so many images, and a change for each.
fn choice(count: usize) -> (Vec<u32>, Vec<Change>) {
    let mut random = Random::new(4, Purpose::Augmentation, 0);
    let picks: Vec<u32> = (0..20).map(|at| at * 5 % count as u32).collect();
    let draw = |_| Augment::default().draw(&mut random);
    let changes = picks.iter().map(draw).collect();
    (picks, changes)
}
