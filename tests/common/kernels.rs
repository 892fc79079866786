//! Kernels against compositions of burn's operations: outputs, and the gradients of all inputs.
//! Runs natively and in the browser.

use burn::tensor::{Device, Gradients, Tensor, TensorData};
use vitpad::config::Activation;
use vitpad::kernels::adam::{Parameter, Update};
use vitpad::kernels::{self, AdamStep, Dropout, MlpLayers, unfused};

/// Of outputs, relative to the largest but at least to 1.
const OUTPUT: f32 = 2e-5;
/// Of gradients, relative to the tensor's largest.
const GRADIENT: f32 = 1e-4;
const EPS: f64 = 1e-5;

#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub batch: usize,
    pub tokens: usize,
    pub width: usize,
    pub heads: usize,
    pub hidden: usize,
}

impl Sizes {
    fn x(&self) -> [usize; 3] {
        [self.batch, self.tokens, self.width]
    }
}

/// Every kernel, at a few sizes.
#[cfg(target_arch = "wasm32")]
#[allow(dead_code, reason = "some devices have other kernels")]
pub async fn all(device: &Device) {
    let sizes = |[batch, tokens, width, heads, hidden]: [usize; 5]| Sizes {
        batch,
        tokens,
        width,
        heads,
        hidden,
    };
    for each in [
        [3, 50, 16, 8, 70],
        [2, 50, 64, 4, 128],
        [1, 17, 12, 3, 24],
        [5, 1, 6, 2, 1],
    ] {
        let sizes = sizes(each);
        linear(sizes, device).await;
        layer_norm(sizes, device).await;
        cross_entropy(sizes, device).await;
        adam(sizes, device).await;
        for dropout in [Dropout::NONE, Dropout::new(0.3, 7)] {
            attention(sizes, dropout, device).await;
            drop(sizes, dropout, device).await;
            for activation in [Activation::Gelu, Activation::Relu] {
                mlp(sizes, activation, dropout, device).await;
            }
        }
    }
    extremes(device).await;
}

pub async fn linear(sizes: Sizes, device: &Device) {
    compare(device, |inputs| {
        let x = inputs.take(sizes.x(), 1.0);
        let weight = inputs.take([sizes.width, sizes.hidden], 0.5);
        let bias = inputs.take([sizes.hidden], 0.5);
        kernels::linear(x, weight, bias).flatten(0, 2)
    })
    .await;
}

pub async fn mlp(sizes: Sizes, activation: Activation, dropout: Dropout, device: &Device) {
    let Sizes { width, hidden, .. } = sizes;
    compare(device, |inputs| {
        let x = inputs.take(sizes.x(), 1.0);
        let layers = MlpLayers {
            weight1: inputs.take([width, hidden], 1.0),
            bias1: inputs.take([hidden], 0.5),
            weight2: inputs.take([hidden, width], 0.5),
            bias2: inputs.take([width], 0.5),
            activation,
            dropout,
        };
        kernels::mlp(x, layers).flatten(0, 2)
    })
    .await;
}

pub async fn attention(sizes: Sizes, dropout: Dropout, device: &Device) {
    let Sizes { batch, tokens, .. } = sizes;
    for queries in [tokens, 1] {
        compare(device, |inputs| {
            let packed = inputs.take([batch, tokens, 3 * sizes.width], 3.0);
            kernels::attention(packed, sizes.heads, queries, dropout).flatten(0, 2)
        })
        .await;
    }
}

pub async fn drop(sizes: Sizes, dropout: Dropout, device: &Device) {
    compare(device, |inputs| {
        kernels::drop(inputs.take(sizes.x(), 1.0), dropout).flatten(0, 2)
    })
    .await;
}

pub async fn layer_norm(sizes: Sizes, device: &Device) {
    for residual in [false, true] {
        compare(device, |inputs| {
            let x = inputs.take(sizes.x(), 2.0);
            let gain = inputs.take([sizes.width], 1.0);
            let bias = inputs.take([sizes.width], 1.0);
            let y = if residual {
                let other = inputs.take(sizes.x(), 1.0);
                kernels::residual_norm(x, other, gain, bias, EPS)
            } else {
                kernels::layer_norm(x, gain, bias, EPS)
            };
            y.flatten(0, 2)
        })
        .await;
    }
}

pub async fn cross_entropy(sizes: Sizes, device: &Device) {
    let shape = [sizes.batch, sizes.width];
    compare(device, |inputs| {
        let logits = inputs.take(shape, 8.0);
        let targets = numbers(sizes.batch * sizes.width, 77, 0.5);
        let targets = targets.into_iter().map(|x| x + 0.5).collect();
        let targets = Tensor::from_data(TensorData::new(targets, shape), &logits.device());
        kernels::cross_entropy(logits, targets)
    })
    .await;
}

/// Two steps, with every kind of weight decay and a scaled gradient.
pub async fn adam(sizes: Sizes, device: &Device) {
    let count = sizes.batch * sizes.hidden;
    let tensor = |seed, scale| -> Tensor<1> {
        let data = TensorData::new(numbers(count, seed, scale), [count]);
        Tensor::from_data(data, device)
    };
    for (l2, decay, scale) in [
        (0.0, 1.0, None),
        (0.1, 1.0, Some(0.5f32)),
        (0.0, 0.99, None),
    ] {
        let step = AdamStep {
            betas: [0.9, 0.999],
            complements: [0.1, 0.001],
            eps: 1e-8,
            l2,
            decay,
            rate: 1e-2,
            root_scale: 31.6,
        };
        let run = || {
            let mut update = Update::new(step, device);
            if let Some(scale) = scale {
                update = update.scaled(Tensor::from_data([scale], device));
            }
            let mut parameter = Parameter {
                value: tensor(1, 1.0),
                moments: [tensor(2, 0.0), tensor(3, 0.0)],
            };
            for seed in [4, 5] {
                parameter = update.apply(parameter, tensor(seed, 1.0));
            }
            let [first, second] = parameter.moments;
            [parameter.value, first, second]
        };
        for (fused, plain) in run().into_iter().zip(unfused(run)) {
            close("adam", &read(fused).await, &read(plain).await, OUTPUT);
        }
    }
}

/// Scores that overflow, and values that are no numbers.
pub async fn extremes(device: &Device) {
    let attend = |value: f32| {
        let mut values = numbers(2 * 5 * 12, 1, 1.0);
        // In a key of the second of two heads, which attends for the last two of four values.
        values[7] = value;
        let packed = Tensor::from_data(TensorData::new(values, [2, 5, 12]), device);
        kernels::attention(packed, 2, 5, Dropout::NONE)
    };
    let large = read(attend(1e30).flatten(0, 2)).await;
    assert!(large.iter().all(|x| x.is_finite()), "{large:?}");
    let poisoned = read(attend(f32::NAN).flatten(0, 2)).await;
    for (index, value) in poisoned.into_iter().enumerate() {
        let concerned = index < 20 && index % 4 >= 2;
        assert_eq!(value.is_nan(), concerned, "value {index} is {value}");
    }
}

/// Finds an input's gradient, flattened.
type OwnGradient = Box<dyn Fn(&Gradients) -> Tensor<1>>;

/// Makes inputs, the same for the same order of calls, and remembers them for their gradients.
struct Inputs {
    device: Device,
    made: Vec<OwnGradient>,
}

impl Inputs {
    /// Values from -scale to scale.
    fn take<const D: usize>(&mut self, shape: [usize; D], scale: f32) -> Tensor<D> {
        let count = shape.iter().product();
        let values = numbers(count, self.made.len() as u32 + 1, scale);
        let data = TensorData::new(values, shape);
        let input = Tensor::<D>::from_data(data, &self.device).require_grad();
        let copy = input.clone();
        self.made.push(Box::new(move |gradients| {
            let gradient = copy.grad(gradients).expect("every input has a gradient");
            gradient.flatten(0, D - 1)
        }));
        input
    }
}

/// Compares the kernel with the composition: values, then the gradients of a weighted sum of them.
async fn compare(device: &Device, f: impl Fn(&mut Inputs) -> Tensor<1>) {
    let device = device.clone().autodiff();
    let run = || {
        let mut inputs = Inputs {
            device: device.clone(),
            made: Vec::new(),
        };
        let output = f(&mut inputs);
        let weights = numbers(output.dims()[0], 99, 1.0);
        let weights = Tensor::from_data(TensorData::new(weights, output.dims()), &device);
        let gradients = (output.clone() * weights).sum().backward();
        let of_inputs: Vec<_> = inputs.made.iter().map(|of| of(&gradients)).collect();
        (output.inner(), of_inputs)
    };
    let (fused, plain) = (run(), unfused(run));
    let expected = read(plain.0).await;
    let tolerance = OUTPUT * largest(&expected).max(1.0);
    close("output", &read(fused.0).await, &expected, tolerance);
    for (index, (fused, plain)) in fused.1.into_iter().zip(plain.1).enumerate() {
        let expected = read(plain).await;
        let name = format!("gradient of input {index}");
        // Far below what weights are, a gradient may be rounding noise: that of keys' biases, say, or
        // a single bias, whose sum over all tokens cancels out.
        let tolerance = GRADIENT * largest(&expected).max(0.3);
        close(&name, &read(fused).await, &expected, tolerance);
    }
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

fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |max, x| max.max(x.abs()))
}

#[track_caller]
fn close(name: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{name}: number of values");
    for (index, (a, b)) in found.iter().zip(expected).enumerate() {
        // Not `> tolerance`: NaN must fail too.
        let close = (a - b).abs() <= tolerance;
        assert!(
            close,
            "{name}[{index}] is {a}, expected {b} within {tolerance:e}"
        );
    }
}
