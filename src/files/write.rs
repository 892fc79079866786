//! Tensors on their way into a safetensors file.

use std::collections::HashMap;

use half::f16;
use safetensors::{Dtype, tensor::TensorView};

use super::CONFIG;
use crate::config::VitConfig;
use crate::error::{Error, Result};
use crate::model::Layout;

/// The format that numbers are stored with in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    Float32,
    /// Half the size; rounds to 11 significant bits.
    Float16,
}

impl Precision {
    fn dtype(self) -> Dtype {
        match self {
            Self::Float32 => Dtype::F32,
            Self::Float16 => Dtype::F16,
        }
    }

    /// Little-endian bytes.
    pub(super) fn encode(self, values: &[f32]) -> Vec<u8> {
        let values = values.iter();
        match self {
            Self::Float32 => values.flat_map(|x| x.to_le_bytes()).collect(),
            Self::Float16 => values
                .flat_map(|&x| f16::from_f32(x).to_le_bytes())
                .collect(),
        }
    }
}

/// A tensor of a file.
pub struct StoredTensor {
    pub name: String,
    pub shape: Vec<usize>,
    /// Row by row.
    pub values: Vec<f32>,
}

/// The tensors of a flat buffer, in PyTorch's layout, their names after `prefix`.
pub fn named(layout: &Layout, prefix: &str, flat: &[f32]) -> Vec<StoredTensor> {
    layout
        .entries()
        .map(|entry| StoredTensor {
            name: format!("{prefix}{}", entry.name),
            values: entry.unpack(flat),
            shape: entry.shape,
        })
        .collect()
}

/// A safetensors file of these tensors, with the configuration and `metadata`.
///
/// # Errors
/// [`Error::Float16`] for a number that float16 can't hold.
pub fn write(
    config: &VitConfig,
    tensors: Vec<StoredTensor>,
    precision: Precision,
    metadata: &[(&str, String)],
) -> Result<Vec<u8>> {
    if precision == Precision::Float16 {
        tensors.iter().try_for_each(check_float16)?;
    }
    let encoded: Vec<_> = tensors
        .iter()
        .map(|tensor| precision.encode(&tensor.values))
        .collect();
    let views = tensors.iter().zip(&encoded).map(|(tensor, data)| {
        let view = TensorView::new(precision.dtype(), tensor.shape.clone(), data);
        (
            &tensor.name,
            view.expect("the byte length follows from the shape"),
        )
    });
    let config = serde_json::to_string(config).expect("a plain struct");
    let mut all = HashMap::from([(CONFIG.to_string(), config)]);
    all.extend(metadata.iter().map(|(k, v)| (k.to_string(), v.clone())));
    Ok(safetensors::serialize(views, Some(all)).expect("names and lengths are our own"))
}

fn check_float16(tensor: &StoredTensor) -> Result<()> {
    let is_too_large = |value: &&f32| value.is_finite() && f16::from_f32(**value).is_infinite();
    match tensor.values.iter().find(is_too_large) {
        None => Ok(()),
        Some(value) => Err(Error::Float16 {
            name: tensor.name.clone(),
            value: *value,
        }),
    }
}
