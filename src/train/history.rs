//! The measurements of a run so far.

use serde::{Deserialize, Serialize};

use super::evaluate::Evaluation;
use crate::data::idx::Dataset;
use crate::data::training::TrainingData;

/// The metrics of a run, from its first step on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// One per step: the mean loss of its batch before the update.
    pub losses: Vec<f32>,
    /// One per step: the share of its batch that was read right, 0 to 1.
    pub accuracies: Vec<f32>,
    pub evaluations: Vec<EvaluationRecord>,
}

/// A held-out set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeldOut {
    Validation,
    Test,
}

/// An [`Evaluation`] without its images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvaluationRecord {
    pub set: HeldOut,
    /// Steps done when it was made.
    pub step: usize,
    pub images: usize,
    /// JSON has no word for what is not finite: it says null, which is read as not a number.
    #[serde(deserialize_with = "number_or_null")]
    pub loss: f64,
    /// 0 to 1.
    pub accuracy: f64,
    /// `[label][digit]` flattened: how many images of `label` were read as `digit`. Empty where the
    /// set was evaluated again.
    pub confusion: Vec<u32>,
}

fn number_or_null<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

impl HeldOut {
    pub fn of(self, data: &TrainingData) -> &Dataset {
        match self {
            Self::Validation => &data.validation,
            Self::Test => &data.test,
        }
    }
}

impl History {
    /// Keeps an evaluation of the model after `step` steps, in place of an earlier one. Of its set it
    /// alone has a confusion matrix: those of a thousand epochs would be more than a file's header
    /// takes.
    pub fn record(&mut self, set: HeldOut, step: usize, evaluation: &Evaluation) {
        self.evaluations
            .retain(|record| (record.set, record.step) != (set, step));
        for earlier in self
            .evaluations
            .iter_mut()
            .filter(|record| record.set == set)
        {
            earlier.confusion = Vec::new();
        }
        self.evaluations.push(EvaluationRecord {
            set,
            step,
            images: evaluation.images,
            loss: evaluation.loss,
            accuracy: evaluation.accuracy(),
            confusion: evaluation.confusion.clone(),
        });
    }

    /// Forgets what came after the first `steps` steps.
    pub fn truncate(&mut self, steps: usize) {
        self.losses.truncate(steps);
        self.accuracies.truncate(steps);
        self.evaluations.retain(|record| record.step <= steps);
    }
}
