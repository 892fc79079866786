//! Checkpoints: one safetensors file from which a run goes on as if it had not been interrupted.
//!
//! The weights stand under their usual names, so that a checkpoint is a weights file too; Adam's
//! moments under `optimizer.first.NAME` and `optimizer.second.NAME`; losses and accuracies of
//! every step under `history.losses` and `history.accuracies`. The metadata's `checkpoint` is
//! JSON: recipe, data, steps done and evaluations. Schedule, order of images, augmentation and
//! dropout depend on the recipe and the step alone, so that the step says where they stand.

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
use crate::data::training::{Source, TrainingData};
use crate::device;
use crate::error::{Error, Result};
use crate::weights::{
    self, HISTORY, NamedTensor, OPTIMIZER, Precision, StoredTensor, companions, parameters, stored,
};

/// Metadata key of the [`Record`].
const RECORD: &str = "checkpoint";
const VERSION: u32 = 1;

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

/// Which data a run learns from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataRecord {
    pub name: String,
    /// Images per epoch.
    pub train: usize,
    pub validation: usize,
    pub test: usize,
    pub rows: usize,
    pub columns: usize,
    fingerprint: u32,
    /// Of synthetic digits, which can be made again.
    synthetic_seed: Option<u64>,
}

/// The JSON part.
#[derive(Serialize, Deserialize)]
struct Record {
    version: u32,
    step: usize,
    recipe: Recipe,
    data: DataRecord,
    evaluations: Vec<EvaluationRecord>,
}

/// A run as it was when this was taken; the run may go on meanwhile.
pub struct Snapshot {
    config: VitConfig,
    record: Record,
    tensors: Vec<NamedTensor>,
    history: [StoredTensor; 2],
}

impl DataRecord {
    pub fn of(data: &TrainingData) -> Self {
        Self {
            name: data.name.clone(),
            train: data.len(),
            validation: data.validation.labels.len(),
            test: data.test.labels.len(),
            rows: data.validation.images.rows,
            columns: data.validation.images.columns,
            fingerprint: data.fingerprint(),
            synthetic_seed: match data.train {
                Source::Synthetic { seed, .. } => Some(seed),
                Source::Stored(_) => None,
            },
        }
    }

    /// The data again, if it can be made from this.
    ///
    /// # Errors
    /// [`Error::DataNeeded`] if it can't.
    fn make(&self) -> Result<Arc<TrainingData>> {
        match self.synthetic_seed {
            Some(seed) => Ok(Arc::new(TrainingData::synthetic(seed, self.train)?)),
            None => Err(Error::DataNeeded {
                name: self.name.clone(),
            }),
        }
    }

    /// Refuses other data than this.
    fn check(&self, data: &TrainingData) -> Result<()> {
        let found = Self::of(data);
        // People may rename it.
        let same = found.fingerprint == self.fingerprint && found.train == self.train;
        if same {
            return Ok(());
        }
        Err(Error::OtherData {
            found: format!("{} ({} training images)", found.name, found.train),
            expected: format!("{} ({} training images)", self.name, self.train),
        })
    }
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
        let record: Record = serde_json::from_str(&json).map_err(|e| broken(&e.to_string()))?;
        if record.version != VERSION {
            let found = record.version;
            return Err(broken(&format!(
                "it has version {found}, expected {VERSION}"
            )));
        }
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
