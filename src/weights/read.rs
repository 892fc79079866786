//! What a safetensors file holds, checked.

use std::collections::HashMap;

use half::f16;
use safetensors::{Dtype, SafeTensors};

use super::{CONFIG, HISTORY, OPTIMIZER};
use crate::config::VitConfig;
use crate::error::{Error, Result};
use crate::model::{Entry, Layout};

/// A file's tensors.
pub fn parse(bytes: &[u8]) -> Result<SafeTensors<'_>> {
    SafeTensors::deserialize(bytes).map_err(not_safetensors)
}

/// One entry of a file's metadata.
pub fn read_metadata(bytes: &[u8], key: &str) -> Result<Option<String>> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(not_safetensors)?;
    let all = header.metadata().as_ref();
    Ok(all.and_then(|all| all.get(key)).cloned())
}

/// The configuration and the values of a weights file, which holds nothing else of its own.
pub fn read_model(
    bytes: &[u8],
    fallback: Option<&VitConfig>,
) -> Result<(VitConfig, HashMap<String, Vec<f32>>)> {
    let config = read_config(bytes, fallback)?;
    let file = parse(bytes)?;
    refuse_extra(&file, &Layout::of(&config).entries())?;
    let values = read_values(&file, &config, "")?;
    Ok((config, values))
}

/// The configuration in the file's metadata, else `fallback`.
pub fn read_config(bytes: &[u8], fallback: Option<&VitConfig>) -> Result<VitConfig> {
    let config = match (read_metadata(bytes, CONFIG)?, fallback) {
        (Some(json), _) => serde_json::from_str(&json).map_err(|error| Error::WeightsConfig {
            message: error.to_string(),
        })?,
        (None, Some(fallback)) => fallback.clone(),
        (None, None) => {
            return Err(Error::WeightsConfig {
                message: format!("its metadata has no {CONFIG:?}; name a preset"),
            });
        }
    };
    config.validate()?;
    Ok(config)
}

fn refuse_extra(file: &SafeTensors, entries: &[Entry]) -> Result<()> {
    let is_known = |name: &str| {
        [OPTIMIZER, HISTORY]
            .iter()
            .any(|start| name.starts_with(start))
            || entries.iter().any(|entry| entry.name == name)
    };
    match file.iter().find(|(name, _)| !is_known(name)) {
        None => Ok(()),
        Some((name, view)) => Err(Error::ExtraTensor {
            name: name.into(),
            found: view.shape().to_vec(),
        }),
    }
}

/// The values that a file holds for each parameter under its name after `prefix`, checked.
pub fn read_values(
    file: &SafeTensors,
    config: &VitConfig,
    prefix: &str,
) -> Result<HashMap<String, Vec<f32>>> {
    Layout::of(config)
        .entries()
        .into_iter()
        .map(|Entry { name, shape, .. }| {
            let values = read_tensor(file, &format!("{prefix}{name}"), &shape)?;
            Ok((name, values))
        })
        .collect()
}

/// A tensor of this shape, its numbers finite.
pub fn read_tensor(file: &SafeTensors, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
    let view = file.tensor(name).map_err(|_| Error::MissingTensor {
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

/// Refuses infinities and NaN.
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
