//! Checkpoints: one safetensors file from which a run goes on as if it had not been interrupted.
//!
//! The weights stand under their usual names, so that a checkpoint is a weights file too; Adam's
//! moments under `optimizer.first.NAME` and `optimizer.second.NAME`; losses and accuracies of
//! every step under `history.losses` and `history.accuracies`. The metadata's `checkpoint` is
//! JSON: recipe, data, steps done and evaluations. Schedule, order of images, augmentation and
//! dropout depend on the recipe and the step alone, so that the step says where they stand.

mod data;

pub use data::DataRecord;

use std::collections::HashMap;
use std::sync::Arc;

use burn::module::ParamId;
use burn::tensor::{Device, Tensor};
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

use super::adam::{Adam, Moments};
use super::trainer::State;
use super::{EvaluationRecord, History, Recipe, Trainer};
use crate::config::VitConfig;
use crate::data::training::TrainingData;
use crate::device;
use crate::error::{Error, Result};
use crate::random;
use crate::weights::{
    self, HISTORY, NamedTensor, OPTIMIZER, Precision, StoredTensor, companions, parameters, stored,
};

/// Metadata key of the [`Record`].
const RECORD: &str = "checkpoint";
const VERSION: u32 = 2;

type Values = HashMap<String, Vec<f32>>;

/// What a checkpoint holds, on no device yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    pub config: VitConfig,
    pub recipe: Recipe,
    pub data: DataRecord,
    /// Steps done.
    pub step: usize,
    pub history: History,
    weights: Values,
    /// First and second, from the first step on.
    moments: Option<[Values; 2]>,
}

/// The JSON part.
#[derive(Serialize, Deserialize)]
struct Record {
    version: u32,
    /// The version of [`random`]'s specification.
    draws: u32,
    step: usize,
    recipe: Recipe,
    data: DataRecord,
    evaluations: Vec<EvaluationRecord>,
}

/// What the record of every version says: how to read the rest of it.
#[derive(Deserialize)]
struct Versions {
    version: u32,
    /// Since version 2.
    draws: Option<u32>,
}

/// A run as it was when this was taken; the run may go on meanwhile.
pub struct Snapshot {
    config: VitConfig,
    record: Record,
    tensors: Vec<NamedTensor>,
    history: [StoredTensor; 2],
}

impl Trainer {
    /// What a checkpoint needs. Costs nothing until it is written.
    ///
    /// # Panics
    /// If a step was made that was not recorded.
    pub fn snapshot(&self) -> Snapshot {
        let State { model, adam } = &self.state;
        assert_eq!(self.history.losses.len(), adam.step, "recorded steps");
        let moment = |which: &str, of: fn(&Moments) -> &Tensor<1>| -> Vec<NamedTensor> {
            let flat: HashMap<ParamId, _> = adam
                .moments
                .iter()
                .map(|(id, moments)| (*id, of(moments).clone()))
                .collect();
            let mut named = companions(model, &flat);
            for tensor in &mut named {
                tensor.name = format!("{OPTIMIZER}{which}.{}", tensor.name);
            }
            named
        };
        let mut tensors = parameters(&model.vit());
        tensors.extend(moment("first", |moments| &moments.first));
        tensors.extend(moment("second", |moments| &moments.second));
        let series = |name: &str, values: &[f32]| StoredTensor {
            name: format!("{HISTORY}{name}"),
            shape: vec![values.len()],
            values: values.to_vec(),
        };
        Snapshot {
            config: model.config().clone(),
            record: Record {
                version: VERSION,
                draws: random::VERSION,
                step: adam.step,
                recipe: self.recipe.clone(),
                data: DataRecord::of(&self.data),
                evaluations: self.history.evaluations.clone(),
            },
            tensors,
            history: [
                series("losses", &self.history.losses),
                series("accuracies", &self.history.accuracies),
            ],
        }
    }

    /// Goes on from a checkpoint. Synthetic digits are made again where `data` is left out.
    ///
    /// # Errors
    /// [`Error::OtherData`] if the run learnt from something else, [`Error::DataNeeded`] if its
    /// data can't be made again; those of [`Trainer::new`].
    pub fn resume(
        checkpoint: Checkpoint,
        data: Option<Arc<TrainingData>>,
        device: &Device,
    ) -> Result<Self> {
        let data = match data {
            Some(data) => data,
            None => checkpoint.data.make()?,
        };
        checkpoint.data.check(&data)?;
        let form = checkpoint.config.init(0, &device::cpu().device)?;
        let with = |values| form.clone().with_values(values);
        let vit = with(checkpoint.weights);
        let mut trainer = Self::from_model(vit, checkpoint.recipe, data, device)?;
        let model = trainer.state.model.clone();
        let moments = checkpoint.moments.map(|moments| moments.map(with));
        let adam = Adam::resumed(checkpoint.step, &model, moments, device);
        trainer.restore(State { model, adam }, checkpoint.history);
        Ok(trainer)
    }
}

impl Snapshot {
    /// The checkpoint's bytes.
    ///
    /// # Errors
    /// [`Error::DeviceLost`]; [`Error::TensorValue`] if a number is not finite, so that no broken
    /// checkpoint ever takes a good one's place.
    pub async fn write(self) -> Result<Vec<u8>> {
        let mut tensors = stored(self.tensors).await?;
        for tensor in &tensors {
            weights::check_finite(&tensor.name, &tensor.values)?;
        }
        tensors.extend(self.history);
        let record = serde_json::to_string(&self.record).expect("a plain struct");
        let metadata = [(RECORD, record)];
        Ok(weights::write(
            &self.config,
            tensors,
            Precision::Float32,
            &metadata,
        ))
    }
}

impl Checkpoint {
    /// Reads a checkpoint.
    ///
    /// # Errors
    /// Those of a weights file; [`Error::Checkpoint`] for a file that is none, or contradicts
    /// itself.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let Some(json) = weights::read_metadata(bytes, RECORD)? else {
            return Err(broken(
                "it holds weights alone, so there is no run to go on with",
            ));
        };
        check_versions(&json)?;
        let record: Record = serde_json::from_str(&json).map_err(|e| broken(&e.to_string()))?;
        record.recipe.validate()?;
        let config = weights::read_config(bytes, None)?;
        let file = weights::parse(bytes)?;
        let step = record.step;
        Ok(Self {
            weights: weights::read_values(&file, &config, "")?,
            moments: read_moments(&file, &config, step)?,
            history: History {
                losses: read_series(&file, "losses", step)?,
                accuracies: read_series(&file, "accuracies", step)?,
                evaluations: record.evaluations,
            },
            config,
            recipe: record.recipe,
            data: record.data,
            step,
        })
    }

    /// A weights file of the run's model.
    pub fn weights_file(&self, precision: Precision) -> Vec<u8> {
        let tensors = weights::arranged(&self.config, &self.weights);
        weights::write(&self.config, tensors, precision, &[])
    }
}

/// Refuses checkpoints that can't be gone on from, before anything else of them is read.
fn check_versions(json: &str) -> Result<()> {
    let Versions { version, draws } =
        serde_json::from_str(json).map_err(|error| broken(&error.to_string()))?;
    let advice = "its weights can be loaded, as from a weights file";
    if version < VERSION {
        return Err(broken(&format!(
            "it has version {version}, and runs go on from version {VERSION} on: {advice}"
        )));
    }
    if version > VERSION || draws != Some(random::VERSION) {
        return Err(broken(&format!(
            "it has version {version}, of a later vitpad than this, which knows version {VERSION}: \
             {advice}"
        )));
    }
    Ok(())
}

fn read_moments(
    file: &SafeTensors,
    config: &VitConfig,
    step: usize,
) -> Result<Option<[Values; 2]>> {
    if step == 0 {
        return Ok(None);
    }
    let read = |which| weights::read_values(file, config, &format!("{OPTIMIZER}{which}."));
    Ok(Some([read("first")?, read("second")?]))
}

fn read_series(file: &SafeTensors, name: &str, step: usize) -> Result<Vec<f32>> {
    weights::read_tensor(file, &format!("{HISTORY}{name}"), &[step])
}

fn broken(message: &str) -> Error {
    Error::Checkpoint {
        message: message.into(),
    }
}
