//! The contents of a safetensors file, checked.

use std::collections::HashMap;

use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::{CONFIG, HISTORY, OPTIMIZER};
use crate::config::VitConfig;
use crate::error::{Error, Result};
use crate::model::{Entry, Layout};

/// A file whose header was read.
pub struct SafetensorsFile<'a> {
    pub(super) tensors: SafeTensors<'a>,
    metadata: HashMap<String, String>,
}

impl<'a> SafetensorsFile<'a> {
    /// # Errors
    /// [`Error::NotSafetensors`]
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(not_safetensors)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let tensors = SafeTensors::deserialize(bytes).map_err(not_safetensors)?;
        Ok(Self { tensors, metadata })
    }

    /// An entry of the metadata.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// The configuration in the metadata, else `fallback`.
    ///
    /// # Errors
    /// [`Error::WeightsConfig`]; those of [`VitConfig::check_size`].
    pub fn config(&self, fallback: Option<&VitConfig>) -> Result<VitConfig> {
        let config = match (self.metadata(CONFIG), fallback) {
            (Some(json), _) => {
                serde_json::from_str(json).map_err(|error| Error::WeightsConfig {
                    message: error.to_string(),
                })?
            }
            (None, Some(fallback)) => fallback.clone(),
            (None, None) => {
                return Err(Error::WeightsConfig {
                    message: format!("its metadata has no {CONFIG:?}; name a preset"),
                });
            }
        };
        config.check_size()?;
        Ok(config)
    }

    /// Refuses tensors that belong neither to a model of this layout nor to a checkpoint.
    ///
    /// # Errors
    /// [`Error::ExtraTensor`]
    pub fn refuse_extra(&self, layout: &Layout) -> Result<()> {
        let of_a_run = |name: &str| name.starts_with(OPTIMIZER) || name.starts_with(HISTORY);
        let is_known = |name: &str| of_a_run(name) || layout.has(name);
        match self.tensors.iter().find(|(name, _)| !is_known(name)) {
            None => Ok(()),
            Some((name, view)) => Err(Error::ExtraTensor {
                name: name.into(),
                found: view.shape().to_vec(),
            }),
        }
    }

    /// The flat buffer of the tensors whose names are the parameters' after `prefix`.
    ///
    /// # Errors
    /// Those of [`SafetensorsFile::tensor`].
    pub fn flat(&self, layout: &Layout, prefix: &str) -> Result<Vec<f32>> {
        let name = |entry: &Entry| format!("{prefix}{}", entry.name);
        // First: a configuration may announce more than the file holds, and memory is for what is there.
        for entry in layout.entries() {
            self.view(&name(&entry), &entry.shape)?;
        }
        let mut flat = vec![0.0; layout.values()];
        for entry in layout.entries() {
            let values = self.tensor(&name(&entry), &entry.shape)?;
            entry.pack(&values, &mut flat);
        }
        Ok(flat)
    }

    /// A tensor of this shape, its numbers finite.
    ///
    /// # Errors
    /// [`Error::MissingTensor`], [`Error::TensorShape`], [`Error::TensorType`],
    /// [`Error::TensorValue`]
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let view = self.view(name, shape)?;
        let data = view.data();
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => data
                .as_chunks()
                .0
                .iter()
                .map(|b| f32::from_le_bytes(*b))
                .collect(),
            Dtype::F16 => data
                .as_chunks()
                .0
                .iter()
                .map(|b| f16::from_le_bytes(*b).to_f32())
                .collect(),
            other => {
                return Err(Error::TensorType {
                    name: name.into(),
                    found: format!("{other:?}"),
                });
            }
        };
        check_finite(name, &values)?;
        Ok(values)
    }

    /// A tensor of this shape.
    fn view(&self, name: &str, shape: &[usize]) -> Result<TensorView<'a>> {
        let view = self.tensors.tensor(name);
        let view = view.map_err(|_| Error::MissingTensor {
            name: name.into(),
            expected: shape.to_vec(),
        })?;
        if view.shape() != shape {
            return Err(Error::TensorShape {
                name: name.into(),
                found: view.shape().to_vec(),
                expected: shape.to_vec(),
            });
        }
        Ok(view)
    }
}

/// Refuses infinities and NaN.
///
/// # Errors
/// [`Error::TensorValue`]
pub fn check_finite(name: &str, values: &[f32]) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => Err(Error::TensorValue {
            name: name.into(),
            index,
            value: values[index],
        }),
    }
}

fn not_safetensors(error: safetensors::SafeTensorError) -> Error {
    Error::NotSafetensors {
        message: error.to_string(),
    }
}
