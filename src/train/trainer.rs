//! The training loop's body: one batch, one update.

use std::mem;
use std::rc::Rc;
use std::sync::Arc;

use burn::tensor::{Device, Tensor};

use super::evaluate::{EVALUATED, check_size};
use super::sampler::{Sampler, dropout_seed};
use super::{History, Recipe, Step, StepResult};
use crate::config::VitConfig;
use crate::data::batch::{DEVIATION, MEAN, normalized, targets};
use crate::data::training::TrainingData;
use crate::engine::{self, AdamState, Batch, Engine, Gradient, Input, Normalization};
use crate::engine::{StoredImages, Update};
use crate::error::{Error, Expected, Result, require};
use crate::model::{Dropout, VisionTransformer};

/// The number of steps between two states to go back to.
const KEEP_EVERY: usize = 50;

/// A training run: a model, its optimiser and its data. The caller decides when to step.
pub struct Trainer {
    pub config: VitConfig,
    pub recipe: Recipe,
    pub data: Arc<TrainingData>,
    pub history: History,
    pub engine: Rc<dyn Engine>,
    pub(super) state: State,
    /// The last state known to give a finite loss.
    good: State,
    sampler: Sampler,
    /// The training images, where the device keeps them.
    stored: Option<StoredImages>,
    /// The number of times the run went back: losses of steps that were launched before count no more.
    setbacks: usize,
    device: Device,
}

/// The state that a step changes; clones share their tensors.
#[derive(Clone)]
pub(super) struct State {
    pub adam: AdamState,
    /// Steps done.
    pub step: usize,
}

impl Trainer {
    /// A run from fresh weights.
    ///
    /// # Errors
    /// Those of [`VitConfig::validate`] and [`Recipe::validate`]; [`Error::Config`] if the model
    /// takes images of another size than the data's.
    pub fn new(
        config: &VitConfig,
        recipe: Recipe,
        data: Arc<TrainingData>,
        device: &Device,
    ) -> Result<Self> {
        recipe.validate()?;
        let model = config.init(recipe.seed, device)?;
        let engine = engine::engine(config, device, recipe.batch.max(EVALUATED));
        Self::from_model(model, recipe, data, engine)
    }

    /// A run that starts from a model, which lies on the engine's device.
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub fn from_model(
        model: VisionTransformer,
        recipe: Recipe,
        data: Arc<TrainingData>,
        engine: Rc<dyn Engine>,
    ) -> Result<Self> {
        recipe.validate()?;
        let VisionTransformer { config, parameters } = model;
        check_fit(&config, &data)?;
        config.check_memory(engine.images_at_once(recipe.batch))?;
        let device = parameters.device();
        let stored = data.stored();
        let stored = stored.and_then(|data| engine.store(&data.images.pixels, data.images.rows));
        let state = State {
            adam: AdamState::new(parameters),
            step: 0,
        };
        Ok(Self {
            config,
            recipe,
            data,
            history: History::default(),
            engine,
            good: state.clone(),
            state,
            sampler: Sampler::new(),
            stored,
            setbacks: 0,
            device,
        })
    }

    /// Steps done; their losses may still be on the device.
    pub fn step_count(&self) -> usize {
        self.state.step
    }

    /// Steps whose losses are known.
    pub fn recorded(&self) -> usize {
        self.history.losses.len()
    }

    /// Steps of one epoch.
    pub fn steps_per_epoch(&self) -> usize {
        self.data.len().div_ceil(self.recipe.batch)
    }

    /// Steps of the whole run.
    pub fn steps(&self) -> usize {
        self.steps_per_epoch().saturating_mul(self.recipe.epochs)
    }

    pub fn is_done(&self) -> bool {
        self.step_count() >= self.steps()
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        self.recipe.learning_rate(self.step_count(), self.steps())
    }

    /// Trains on the next batch. Nothing is read back: see [`read_back`](super::read_back) and [`Trainer::record`].
    pub fn step(&mut self) -> Step {
        let index = self.step_count();
        let batch = self.sampler.batch(&self.recipe, &self.data, index);
        let data = self.data.clone();
        if let (Some(stored), Some(data)) = (self.stored.clone(), data.stored()) {
            let labels = batch
                .indices
                .iter()
                .map(|&index| data.labels[index as usize]);
            let labels = labels.collect();
            let normalization = Normalization {
                mean: MEAN,
                deviation: DEVIATION,
            };
            return self.step_with(labels, || {
                let changes = batch.change_numbers();
                stored.gather(&batch.indices, changes, normalization).into()
            });
        }
        let (pixels, labels) = batch.read(&data);
        let images = engine::images(normalized(&pixels), &self.config, &self.device);
        self.step_on(images, labels)
    }

    /// Trains on a batch of the caller's.
    ///
    /// # Shapes
    /// - images, normalised, on the trainer's device: `[batch, channels, image_size, image_size]`
    /// - labels: one per image
    pub fn step_on(&mut self, images: Tensor<4>, labels: Vec<u8>) -> Step {
        self.step_with(labels, || images.into())
    }

    /// Calls `input` once all else is uploaded: on WebGPU uploads submit what was launched before.
    fn step_with(&mut self, labels: Vec<u8>, input: impl FnOnce() -> Input) -> Step {
        let index = self.step_count();
        let classes = self.config.classes;
        let targets = targets(&labels, classes, self.recipe.label_smoothing);
        let targets = engine::targets(targets, classes, &self.device);
        let adam_step = self.recipe.adam_step(index + 1, self.learning_rate());
        let update = Update::new(adam_step, self.recipe.clip_norm, &self.device);
        let dropout = Dropout::new(self.config.dropout, dropout_seed(&self.recipe, index));
        let before = index.is_multiple_of(KEEP_EVERY).then(|| self.state.clone());

        let batch = Batch {
            input: input(),
            targets,
            dropout,
        };
        let Gradient {
            loss,
            logits,
            parameters: gradient,
        } = self.engine.gradient(&self.model(), batch);
        // Moved out: tensors that nobody else holds are updated in place.
        let State { adam, step } = mem::replace(&mut self.state, self.good.clone());
        self.state = State {
            adam: self.engine.update(adam, gradient, &update),
            step: step + 1,
        };
        Step {
            index,
            loss,
            logits,
            labels,
            before,
            setbacks: self.setbacks,
        }
    }

    /// Puts what was read into the history, in the order of the steps.
    ///
    /// # Errors
    /// [`Error::NonFiniteLoss`]: the run is then back where its loss was last known to be finite.
    /// Steps that it made before it went there are refused likewise.
    pub fn record(&mut self, results: Vec<StepResult>) -> Result<()> {
        for result in results {
            let is_stale = result.setbacks != self.setbacks;
            if is_stale || !result.loss.is_finite() {
                if !is_stale {
                    self.go_back();
                }
                return Err(Error::NonFiniteLoss {
                    step: result.index + 1,
                    loss: result.loss,
                    back_to: self.step_count(),
                });
            }
            self.history.losses.push(result.loss);
            self.history.accuracies.push(result.accuracy);
            if let Some(before) = result.before {
                self.good = before;
            }
        }
        Ok(())
    }

    /// Puts the run back where its loss was last known to be finite.
    pub fn go_back(&mut self) {
        self.state = self.good.clone();
        self.setbacks += 1;
        self.history.truncate(self.step_count());
    }

    /// The model as it is now, on the run's device.
    pub fn model(&self) -> VisionTransformer {
        VisionTransformer {
            config: self.config.clone(),
            parameters: self.state.adam.parameters.clone(),
        }
    }

    /// Goes on from another state and history, which are known to be good.
    pub(super) fn restore(&mut self, state: State, history: History) {
        self.good.clone_from(&state);
        self.state = state;
        self.history = history;
    }
}

/// Refuses data that the model can't learn from.
fn check_fit(config: &VitConfig, data: &TrainingData) -> Result<()> {
    check_size(&data.validation.images, config.image_size)?;
    require(
        config.channels == 1,
        "channels",
        config.channels,
        Expected::Grey,
    )?;
    let largest = data.largest_label();
    let classes = config.classes;
    let more = Expected::MoreClasses { largest };
    require(usize::from(largest) < classes, "classes", classes, more)
}
