//! The whole model for reading, against its layers as compositions of burn's operations.

use burn::module::Param;
use burn::tensor::{Distribution, Tensor};
use pollster::block_on;
use proptest::prelude::*;
use vitpad::config::{Activation, Norm, VitConfig};
use vitpad::device;
use vitpad::kernels::unfused;
use vitpad::vit::{Model, Vit};

/// Relative to the largest logit, but at least to 1.
const TOLERANCE: f32 = 2e-5;

fn configs() -> impl Strategy<Value = VitConfig> {
    let images = (1..=8usize, 1..=4usize, 1..=2usize);
    let widths = prop::sample::select(vec![(16, 8), (12, 3), (20, 4), (32, 1), (64, 4), (6, 2)]);
    let hidden = prop::sample::select(vec![1, 24, 64, 150]);
    let kinds = (any::<bool>(), any::<bool>());
    (images, widths, hidden, 1..=3usize, 1..=11usize, kinds).prop_map(
        |((across, patch_size, channels), (width, heads), hidden, layers, classes, kinds)| {
            let (pre, relu) = kinds;
            VitConfig {
                image_size: across * patch_size,
                patch_size,
                channels,
                classes,
                width,
                heads,
                layers,
                hidden,
                activation: if relu {
                    Activation::Relu
                } else {
                    Activation::Gelu
                },
                norm: if pre { Norm::Pre } else { Norm::Post },
                ..VitConfig::reference()
            }
        },
    )
}

/// With biases of attention that are not zero, as fresh ones are.
fn model(config: &VitConfig) -> Vit {
    let device = device::cpu().device;
    let mut vit = config.init(5, &device).expect("a valid configuration");
    for block in &mut vit.blocks {
        for linear in [&mut block.attention.in_proj, &mut block.attention.out_proj] {
            let shape = linear.bias.shape();
            let random = Tensor::random(shape, Distribution::Uniform(-1.0, 1.0), &device);
            linear.bias = Param::from_tensor(random);
        }
    }
    vit
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_agrees(config in configs(), batch in 1..=3usize) {
        let device = device::cpu().device;
        let vit = model(&config);
        let shape = [batch, config.channels, config.image_size, config.image_size];
        let images = Tensor::random(shape, Distribution::Uniform(-0.5, 3.0), &device);
        let expected = unfused(|| values(vit.forward(images.clone())));
        let found = values(Model::new(vit, &device).forward(images));
        prop_assert_eq!(found.len(), expected.len());
        let largest = expected.iter().fold(1.0f32, |max, x| max.max(x.abs()));
        for (found, expected) in found.iter().zip(&expected) {
            // Not `>`: NaN must fail too.
            let close = (found - expected).abs() <= TOLERANCE * largest;
            prop_assert!(close, "a logit is {found}, expected {expected}");
        }
    }
}

fn values(logits: Tensor<2>) -> Vec<f32> {
    let data = block_on(logits.into_data_async()).expect("readable");
    data.try_into_vec().expect("float32")
}
