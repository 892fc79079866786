//! The results that a step leaves on the device, and the part of them that is read back.

use burn::tensor::{Tensor, Transaction};

use super::trainer::State;
use crate::error::{Error, Result};
use crate::logits::argmax;

/// A step whose loss is still on the device.
pub struct Step {
    /// Counted from 0.
    pub index: usize,
    /// `[1]`
    pub(super) loss: Tensor<1>,
    /// `[batch, classes]`
    pub(super) logits: Tensor<2>,
    pub(super) labels: Vec<u8>,
    /// The state that gave this loss, on some steps.
    pub(super) before: Option<State>,
    pub(super) setbacks: usize,
}

/// A step's loss and accuracy, read back.
pub struct StepResult {
    pub index: usize,
    pub loss: f32,
    /// 0 to 1.
    pub accuracy: f32,
    /// In its batch.
    pub images: usize,
    pub(super) before: Option<State>,
    pub(super) setbacks: usize,
}

/// Reads losses and accuracies back, all steps at once.
///
/// # Errors
/// [`Error::DeviceLost`]
pub async fn read_back(steps: Vec<Step>) -> Result<Vec<StepResult>> {
    let mut transaction = Transaction::default();
    for step in &steps {
        transaction = transaction
            .register(step.loss.clone())
            .register(step.logits.clone());
    }
    let data = transaction
        .execute_async()
        .await
        .map_err(Error::device_lost)?;
    let mut values = Vec::with_capacity(data.len());
    for each in data {
        values.push(each.try_into_vec::<f32>().map_err(Error::device_lost)?);
    }
    let pairs = steps.into_iter().zip(values.chunks_exact(2));
    Ok(pairs
        .map(|(step, pair)| step.result(&pair[0], &pair[1]))
        .collect())
}

impl Step {
    fn result(self, loss: &[f32], logits: &[f32]) -> StepResult {
        let rows = logits.chunks_exact(logits.len() / self.labels.len());
        let right = rows
            .zip(&self.labels)
            .filter(|(row, label)| argmax(row) == usize::from(**label));
        StepResult {
            index: self.index,
            loss: loss[0],
            accuracy: right.count() as f32 / self.labels.len() as f32,
            images: self.labels.len(),
            before: self.before,
            setbacks: self.setbacks,
        }
    }
}
