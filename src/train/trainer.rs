//! The training loop's body: one batch, one update.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{Adam, Recipe, cross_entropy};
use crate::config::VitConfig;
use crate::error::Result;
use crate::vit::Vit;

/// A model and its optimiser. The caller brings batches and decides when to stop.
pub struct Trainer {
    /// On an autodiff device; [`Trainer::model`] gives it without.
    model: Vit,
    adam: Adam,
    recipe: Recipe,
    /// Steps of the whole run, which the schedule needs to know.
    steps: usize,
}

impl Trainer {
    /// A run of `steps` steps from fresh weights.
    ///
    /// # Errors
    /// Those of [`VitConfig::validate`].
    pub fn new(config: &VitConfig, recipe: Recipe, steps: usize, device: &Device) -> Result<Self> {
        let device = device.clone().autodiff();
        // Dropout draws from the device's own generator.
        device.seed(recipe.seed);
        let model = config.init(recipe.seed, &device)?;
        Ok(Self {
            model,
            adam: Adam::new(),
            recipe,
            steps,
        })
    }

    /// Trains on one batch and gives its loss before the update, `[1]`, still on the device.
    ///
    /// # Shapes
    /// - images, normalised: `[batch, channels, image_size, image_size]`
    /// - targets: `[batch, classes]`
    pub fn step(&mut self, images: Tensor<4>, targets: Tensor<2>) -> Tensor<1> {
        let loss = cross_entropy(self.model.forward(images.autodiff()), targets.autodiff());
        let mut gradients = loss.backward();
        let rate = self
            .recipe
            .learning_rate(self.adam.step as usize, self.steps);
        self.model = self
            .adam
            .update(self.model.clone(), &mut gradients, rate, &self.recipe);
        loss.inner()
    }

    /// The model as it is now, ready for inference.
    pub fn model(&self) -> Vit {
        self.model.valid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::batch;
    use crate::device;

    /// The losses of a few steps on four images, each with one row of ink.
    fn losses(recipe: Recipe) -> Vec<f32> {
        let config = VitConfig {
            layers: 1,
            hidden: 32,
            ..VitConfig::default()
        };
        let device = device::cpu().device;
        let patch = |index: usize| ((index / 784) * 7 == index % 784 / 28) as u8 as f32;
        let pixels: Vec<f32> = (0..4 * 784).map(patch).collect();
        let steps = 20;
        let mut trainer = Trainer::new(&config, recipe, steps, &device).expect("valid");
        let mut step = || {
            let images = batch::images(&pixels, &config, &device);
            let targets = batch::targets(&[3, 1, 4, 1], 10, 0.0, &device);
            trainer.step(images, targets).into_scalar::<f32>()
        };
        (0..steps).map(|_| step()).collect()
    }

    fn quick() -> Recipe {
        Recipe {
            learning_rate: 1e-2,
            ..Recipe::published()
        }
    }

    #[test]
    fn a_few_steps_learn_four_images() {
        let losses = losses(quick());
        assert!(losses[19] < losses[0] / 5.0, "{losses:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_losses_bit_for_bit() {
        assert_eq!(losses(quick()), losses(quick()));
        let other = Recipe { seed: 2, ..quick() };
        assert_ne!(losses(quick()), losses(other));
    }

    #[test]
    fn clipping_all_gradients_to_nothing_leaves_the_loss_where_it_was() {
        let clipped = Recipe {
            clip_norm: Some(0.0),
            ..quick()
        };
        let losses = losses(clipped);
        assert_eq!(losses[0], losses[19]);
    }
}
