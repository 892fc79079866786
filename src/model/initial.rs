//! Fresh weights, drawn as PyTorch's layers draw theirs.

use super::Layout;
use super::parameters::{Initial, Parameter};
use crate::config::VitConfig;
use crate::random::{Purpose, Random};

/// The flat buffer of a new model: parameters are drawn in its order.
pub fn draw(config: &VitConfig, seed: u64) -> Vec<f32> {
    let layout = Layout::of(config);
    let places = layout.places();
    let mut random = Random::new(seed, Purpose::Weights, 0);
    let mut flat = vec![0.0; layout.values()];
    let mut fill = |parameters: &[Parameter], block: usize| {
        for &parameter in parameters {
            let values = &mut flat[places.of(parameter, block)];
            match parameter.initial(config) {
                Initial::Zeros => values.fill(0.0),
                Initial::Ones => values.fill(1.0),
                Initial::Uniform(bound) => {
                    values.fill_with(|| random.between(-bound, bound));
                }
                Initial::Normal(std) => values.fill_with(|| random.normal() * std),
            }
        }
    };
    fill(&Parameter::EMBEDDING, 0);
    for block in 0..layout.layers {
        fill(&Parameter::BLOCK, block);
    }
    fill(&Parameter::HEAD, 0);
    flat
}
