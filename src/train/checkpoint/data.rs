//! The data that a run learns from, as a checkpoint describes it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::data::training::{Source, TrainingData};
use crate::error::{Error, Result};

/// The data of a run.
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
    /// The seed of synthetic digits, which can be made again.
    pub synthetic_seed: Option<u64>,
    /// The origin of the images, as [`TrainingData::origin`] says.
    #[serde(default)]
    pub origin: Option<String>,
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
            origin: data.origin.clone(),
        }
    }

    /// The data again, if it can be made from this.
    ///
    /// # Errors
    /// [`Error::DataNeeded`] if it can't.
    pub(super) fn make(&self) -> Result<Arc<TrainingData>> {
        match self.synthetic_seed {
            Some(seed) => Ok(Arc::new(TrainingData::synthetic(seed, self.train)?)),
            None => Err(Error::DataNeeded {
                name: self.name.clone(),
            }),
        }
    }

    /// Refuses other data than this.
    pub(super) fn check(&self, data: &TrainingData) -> Result<()> {
        let found = Self::of(data);
        // People may rename it.
        let same = found.fingerprint == self.fingerprint && found.train == self.train;
        if same {
            return Ok(());
        }
        Err(Error::OtherData {
            name: self.name.clone(),
            train: self.train,
            found: found.name,
            found_train: found.train,
        })
    }
}
