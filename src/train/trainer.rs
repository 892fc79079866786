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
        Ok(Self::with_model(model, recipe, steps))
    }

    /// A run that starts from a model on an autodiff device.
    pub fn with_model(model: Vit, recipe: Recipe, steps: usize) -> Self {
        Self {
            model,
            adam: Adam::new(),
            recipe,
            steps,
        }
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
