//! Parity with PyTorch: the model must reproduce the tensors that
//! `fixtures/golden/write_golden.py` wrote. Runs natively and in the browser, once per device.

use std::collections::HashMap;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use safetensors::{Dtype, SafeTensors};
use vitpad::config::{Norm, VitConfig};
use vitpad::data::batch;
use vitpad::data::training::TrainingData;
use vitpad::engine::{self, Batch, Engine, Reference, engine};
use vitpad::model::{Dropout, Layout, VisionTransformer};
use vitpad::train::{self, Recipe, Trainer};

/// Absolute, for activations and logits.
const ACTIVATION: f32 = 2e-5;
/// Relative to the tensor's largest value.
const GRADIENT: f32 = 1e-4;
/// Absolute, for weights after Adam steps and for losses.
const ADAM: f32 = 1e-5;

/// One model that PyTorch ran, with everything it computed.
pub struct Golden {
    pub config: VitConfig,
    state: &'static [u8],
    batch: &'static [u8],
    out: &'static [u8],
    grads: &'static [u8],
    adam: [(usize, &'static [u8]); 2],
}

macro_rules! golden {
    ($folder:literal, $config:expr) => {
        Golden {
            config: $config,
            state: include_bytes!(concat!(
                "../fixtures/golden/",
                $folder,
                "/state.safetensors"
            )),
            batch: include_bytes!(concat!(
                "../fixtures/golden/",
                $folder,
                "/batch.safetensors"
            )),
            out: include_bytes!(concat!("../fixtures/golden/", $folder, "/out.safetensors")),
            grads: include_bytes!(concat!(
                "../fixtures/golden/",
                $folder,
                "/grads.safetensors"
            )),
            adam: [
                (
                    1,
                    include_bytes!(concat!(
                        "../fixtures/golden/",
                        $folder,
                        "/adam1.safetensors"
                    )),
                ),
                (
                    5,
                    include_bytes!(concat!(
                        "../fixtures/golden/",
                        $folder,
                        "/adam5.safetensors"
                    )),
                ),
            ],
        }
    };
}

fn reference() -> VitConfig {
    VitConfig {
        dropout: 0.0,
        ..VitConfig::reference()
    }
}

/// The reference: post-norm, hidden width 768.
pub fn hidden768() -> Golden {
    golden!("hidden768", reference())
}

/// torch's default hidden width, which the published code gets.
pub fn hidden2048() -> Golden {
    golden!(
        "hidden2048",
        VitConfig {
            hidden: 2048,
            ..reference()
        }
    )
}

/// Norm before attention and MLP.
pub fn prenorm768() -> Golden {
    golden!(
        "prenorm768",
        VitConfig {
            norm: Norm::Pre,
            ..reference()
        }
    )
}

impl Golden {
    /// The engine of the device: logits, gradients, losses and weights.
    pub async fn check(&self, device: &Device) {
        let engine = engine(&self.config, device, 128);
        self.check_gradient(&*engine, device).await;
        let logits = engine.logits(&self.model(device), self.images(device));
        let expected = &read_file(self.out)["logits"];
        close("logits", &read(logits).await, expected, ACTIVATION);
        self.check_training(device).await;
    }

    /// `model.rs` on the device: activations, and gradients by burn's autodiff.
    pub async fn check_model(&self, device: &Device) {
        self.check_forward(device).await;
        self.check_gradient(&Reference, device).await;
    }

    /// The readable model: activations and logits.
    pub async fn check_forward(&self, device: &Device) {
        let found = self.model(device).trace(self.images(device), Dropout::NONE);
        let out = read_file(self.out);
        let check = async |name: &str, found: Vec<f32>| {
            close(name, &found, &out[name], ACTIVATION);
        };
        check("embed", read(found.embedding).await).await;
        for (index, block) in found.blocks.into_iter().enumerate() {
            check(&format!("layer{index}"), read(block.output).await).await;
        }
        check("head_norm", read(found.head_norm).await).await;
        check("logits", read(found.logits).await).await;
    }

    /// The gradients of all parameters.
    pub async fn check_gradient(&self, engine: &dyn Engine, device: &Device) {
        let targets = batch::targets(&self.labels(), 10, 0.0);
        let batch = Batch {
            input: self.images(device).into(),
            targets: engine::targets(targets, 10, device),
            dropout: Dropout::NONE,
        };
        let gradient = read(engine.gradient(&self.model(device), batch).parameters).await;
        let expected = read_file(self.grads);
        for (name, values) in self.by_name(&gradient) {
            close_gradient(&name, &values, &expected[&name]);
        }
    }

    /// Five Adam steps of the trainer: losses and weights.
    pub async fn check_training(&self, device: &Device) {
        let data = TrainingData::synthetic(1, 64).expect("images");
        let data = Arc::new(data);
        let engine = engine(&self.config, device, 64);
        let mut trainer =
            Trainer::from_model(self.model(device), Recipe::published(), data, engine)
                .expect("a run");
        // The sixth gives the loss after five.
        for step in 1..=6 {
            let made = trainer.step_on(self.images(device), self.labels());
            let results = train::read_back(vec![made]).await.expect("readable");
            trainer.record(results).expect("finite");
            for (_, file) in self.adam.iter().filter(|(after, _)| *after == step) {
                let weights = read(trainer.model().parameters).await;
                self.check_weights(step, &weights, file);
            }
        }
        let expected = &read_file(self.out)["losses"];
        close("losses", &trainer.history.losses, expected, ADAM);
    }

    /// A flat buffer's values as files have them.
    fn by_name(&self, flat: &[f32]) -> Vec<(String, Vec<f32>)> {
        let entries = Layout::of(&self.config).entries();
        entries
            .map(|entry| (entry.name.clone(), entry.unpack(flat)))
            .collect()
    }

    pub fn model(&self, device: &Device) -> VisionTransformer {
        let model = VisionTransformer::from_safetensors(self.state, Some(&self.config), device);
        model.expect("the fixture loads")
    }

    pub fn images(&self, device: &Device) -> Tensor<4> {
        let images = read_file(self.batch)
            .remove("images")
            .expect("in the fixture");
        let size = self.config.image_size;
        let count = images.len() / self.config.pixels();
        Tensor::from_data(TensorData::new(images, [count, 1, size, size]), device)
    }

    fn labels(&self) -> Vec<u8> {
        let file = SafeTensors::deserialize(self.batch).expect("a safetensors file");
        let labels = file.tensor("labels").expect("in the fixture");
        // Little-endian i64, all below 10.
        labels.data().iter().step_by(8).copied().collect()
    }

    fn check_weights(&self, step: usize, flat: &[f32], file: &'static [u8]) {
        let expected = read_file(file);
        let gradients = read_file(self.grads);
        for (name, mut values) in self.by_name(flat) {
            let expected = &expected[&name];
            for index in self.noise(&name, &gradients[&name]) {
                values[index] = expected[index];
            }
            close(
                &format!("{name} after step {step}"),
                &values,
                expected,
                ADAM,
            );
        }
    }

    /// Where a gradient is rounding noise. Adam divides by the gradient's own size, so such a
    /// weight moves by any part of the learning rate: with stock burn operations too by up to
    /// 2e-5, depending on the order in which they sum.
    fn noise(&self, name: &str, gradient: &[f32]) -> Vec<usize> {
        if name.ends_with("in_proj_bias") {
            // The keys' true gradient is zero.
            return (self.config.width..2 * self.config.width).collect();
        }
        // What float32 does not resolve beside the tensor's largest.
        let largest = gradient.iter().fold(0.0f32, |max, x| max.max(x.abs()));
        let small = |x: f32| x != 0.0 && x.abs() < 2.0 * f32::EPSILON * largest;
        let found: Vec<_> = (0..gradient.len())
            .filter(|i| small(gradient[*i]))
            .collect();
        assert!(
            found.len() <= 3,
            "{name}: {} gradients are noise",
            found.len()
        );
        found
    }
}

/// All float tensors of a file by name.
fn read_file(bytes: &[u8]) -> HashMap<String, Vec<f32>> {
    let file = SafeTensors::deserialize(bytes).expect("a safetensors file");
    let floats = file.iter().filter(|(_, view)| view.dtype() == Dtype::F32);
    floats
        .map(|(name, view)| {
            let (values, _) = view.data().as_chunks();
            (
                name.into(),
                values.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            )
        })
        .collect()
}

#[track_caller]
fn close_gradient(name: &str, found: &[f32], expected: &[f32]) {
    let largest = expected.iter().fold(0.0f32, |max, x| max.max(x.abs()));
    close(name, found, expected, GRADIENT * largest);
}

async fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let data = tensor.into_data_async().await.expect("readable");
    data.try_into_vec().expect("float32")
}

#[track_caller]
fn close(name: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{name}: number of values");
    let off = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    // `total_cmp` ranks NaN highest, so that it fails.
    let worst = off.max_by(f32::total_cmp).unwrap_or(0.0);
    assert!(
        worst <= tolerance,
        "{name} is off by {worst:e}, allowed are {tolerance:e}"
    );
}
