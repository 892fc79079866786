//! Checkpoints: one safetensors file from which a run goes on as if it had not been interrupted.
//!
//! The weights stand under their usual names, so that a checkpoint is a weights file too; Adam's
//! moments under `optimizer.first.NAME` and `optimizer.second.NAME`; losses and accuracies of
//! every step under `history.losses` and `history.accuracies`. The metadata's `checkpoint` is
//! JSON: recipe, data, steps done and evaluations. Schedule, order of images, augmentation and
//! dropout depend on the recipe and the step alone, so that the step says where they stand.

mod data;

pub use data::DataRecord;

use std::rc::Rc;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, Transaction};
use serde::{Deserialize, Serialize};

use super::trainer::State;
use super::{EvaluationRecord, History, Recipe, Trainer};
use crate::config::VitConfig;
use crate::data::training::TrainingData;
use crate::engine::{AdamState, Engine};
use crate::error::{Error, Result};
use crate::files::{
    self, HISTORY, OPTIMIZER, Precision, SafetensorsFile, StoredTensor, check_finite, checksum,
    named,
};
use crate::model::{Layout, VisionTransformer};
use crate::random;

/// Metadata key of the [`Record`].
const RECORD: &str = "checkpoint";
const VERSION: u32 = 2;
/// The names of the moments.
const MOMENTS: [&str; 2] = ["first", "second"];

/// The contents of a checkpoint, on no device yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    pub config: VitConfig,
    pub recipe: Recipe,
    pub data: DataRecord,
    /// Steps done.
    pub step: usize,
    pub history: History,
    /// The flat buffer.
    parameters: Vec<f32>,
    /// Flat buffers, from the first step on.
    moments: Option<[Vec<f32>; 2]>,
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
    /// [`checksum`] of the file's tensors; the first files of version 2 have none.
    checksum: Option<u32>,
}

/// The part of the record that every version has: how to read the rest of it.
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
    adam: AdamState,
    history: [StoredTensor; 2],
}

impl Trainer {
    /// The data that a checkpoint needs. Costs nothing until it is written.
    ///
    /// # Panics
    /// If a step was made that was not recorded.
    pub fn snapshot(&self) -> Snapshot {
        let State { adam, step } = &self.state;
        assert_eq!(self.history.losses.len(), *step, "recorded steps");
        let series = |name: &str, values: &[f32]| StoredTensor {
            name: format!("{HISTORY}{name}"),
            shape: vec![values.len()],
            values: values.to_vec(),
        };
        Snapshot {
            config: self.config.clone(),
            record: Record {
                version: VERSION,
                draws: random::VERSION,
                step: *step,
                recipe: self.recipe.clone(),
                data: DataRecord::of(&self.data),
                evaluations: self.history.evaluations.clone(),
                checksum: None,
            },
            adam: adam.clone(),
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
        engine: Rc<dyn Engine>,
    ) -> Result<Self> {
        let data = match data {
            Some(data) => data,
            None => checkpoint.data.make()?,
        };
        checkpoint.data.check(&data)?;
        let flat = |values: Vec<f32>| Tensor::from_floats(values.as_slice(), device);
        let model = VisionTransformer {
            config: checkpoint.config,
            parameters: flat(checkpoint.parameters),
        };
        let mut trainer = Self::from_model(model, checkpoint.recipe, data, engine)?;
        let mut state = trainer.state.clone();
        state.step = checkpoint.step;
        if let Some(moments) = checkpoint.moments {
            state.adam.moments = moments.map(flat);
        }
        trainer.restore(state, checkpoint.history);
        Ok(trainer)
    }
}

impl Snapshot {
    /// The checkpoint's bytes.
    ///
    /// # Errors
    /// [`Error::DeviceLost`]; [`Error::TensorValue`] if a number is not finite, so that no broken
    /// checkpoint ever takes a good one's place.
    pub async fn write(mut self) -> Result<Vec<u8>> {
        let AdamState {
            parameters,
            moments,
        } = self.adam;
        let layout = Layout::of(&self.config);
        let mut tensors = Vec::new();
        let mut kept = vec![(String::new(), parameters)];
        if self.record.step > 0 {
            let prefixes = MOMENTS.map(|which| format!("{OPTIMIZER}{which}."));
            kept.extend(prefixes.into_iter().zip(moments));
        }
        let reading = kept.iter().fold(Transaction::default(), |all, (_, flat)| {
            all.register(flat.clone())
        });
        let found = reading.execute_async().await.map_err(Error::device_lost)?;
        for ((prefix, _), data) in kept.iter().zip(found) {
            let flat: Vec<f32> = data.try_into_vec().map_err(Error::device_lost)?;
            tensors.extend(named(&layout, prefix, &flat));
        }
        for tensor in &tensors {
            check_finite(&tensor.name, &tensor.values)?;
        }
        tensors.extend(self.history);
        self.record.checksum = Some(checksum(&tensors));
        let record = serde_json::to_string(&self.record).expect("a plain struct");
        let metadata = [(RECORD, record)];
        files::write(&self.config, tensors, Precision::Float32, &metadata)
    }
}

impl Checkpoint {
    /// Reads a checkpoint.
    ///
    /// # Errors
    /// Those of a weights file; [`Error::Checkpoint`] for a file that is none, or contradicts
    /// itself.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let file = SafetensorsFile::parse(bytes)?;
        let Some(json) = file.metadata(RECORD) else {
            return Err(broken(
                "it holds weights alone, so there is no run to go on with",
            ));
        };
        check_versions(json)?;
        let record: Record = serde_json::from_str(json).map_err(|e| broken(&e.to_string()))?;
        record.recipe.validate()?;
        let config = file.config(None)?;
        let layout = Layout::of(&config);
        let step = record.step;
        let checkpoint = Self {
            parameters: file.flat(&layout, "")?,
            moments: read_moments(&file, &layout, step)?,
            history: History {
                losses: read_series(&file, "losses", step)?,
                accuracies: read_series(&file, "accuracies", step)?,
                evaluations: record.evaluations,
            },
            config,
            recipe: record.recipe,
            data: record.data,
            step,
        };
        // Last: what is missing or no number has words of its own.
        if record.checksum.is_some_and(|sum| sum != file.checksum()) {
            return Err(broken(
                "it is damaged: its numbers are not those that were written",
            ));
        }
        Ok(checkpoint)
    }

    /// The run's model, on a device.
    pub fn model(&self, device: &Device) -> VisionTransformer {
        VisionTransformer {
            config: self.config.clone(),
            parameters: Tensor::from_floats(self.parameters.as_slice(), device),
        }
    }

    /// A weights file of the run's model.
    ///
    /// # Errors
    /// [`Error::Float16`] if float16 can't hold a weight.
    pub fn weights_file(&self, precision: Precision) -> Result<Vec<u8>> {
        let tensors = named(&Layout::of(&self.config), "", &self.parameters);
        files::write(&self.config, tensors, precision, &[])
    }
}

/// Refuses checkpoints that can't be gone on from, before anything else of them is read.
fn check_versions(json: &str) -> Result<()> {
    let Versions { version, draws } =
        serde_json::from_str(json).map_err(|error| broken(&error.to_string()))?;
    let problem = match (version, draws) {
        (VERSION, Some(random::VERSION)) => return Ok(()),
        (VERSION, _) => "its random draws are not made as this vitpad makes them".to_owned(),
        (..VERSION, _) => {
            format!("it has version {version}, and runs go on from version {VERSION} on")
        }
        _ => format!(
            "it has version {version}, of a later vitpad than this, which knows version {VERSION}"
        ),
    };
    let advice = "its weights can be loaded, as from a weights file";
    Err(broken(&format!("{problem}: {advice}")))
}

fn read_moments(
    file: &SafetensorsFile<'_>,
    layout: &Layout,
    step: usize,
) -> Result<Option<[Vec<f32>; 2]>> {
    if step == 0 {
        return Ok(None);
    }
    let [first, second] = MOMENTS.map(|which| file.flat(layout, &format!("{OPTIMIZER}{which}.")));
    Ok(Some([first?, second?]))
}

fn read_series(file: &SafetensorsFile<'_>, name: &str, step: usize) -> Result<Vec<f32>> {
    file.tensor(&format!("{HISTORY}{name}"), &[step])
}

fn broken(message: &str) -> Error {
    Error::Checkpoint {
        message: message.into(),
    }
}
