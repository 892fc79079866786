//! Weights as safetensors bytes, with the parameter names of the published PyTorch code.
//!
//! A file holds every parameter once, in PyTorch's layout, as float32 or float16, and in its
//! metadata the configuration as JSON under the key `config`.

mod layout;
mod parameters;

use std::collections::HashMap;

use burn::module::Module;
use burn::tensor::{Device, Transaction};
use half::f16;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::config::VitConfig;
use crate::error::{Error, Result};
use crate::vit::Vit;
use layout::{TensorSpec, tensor_specs};
pub use parameters::{NamedTensor, gradients, parameters};

/// How numbers are stored in a file.
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
    fn encode(self, values: &[f32]) -> Vec<u8> {
        let values = values.iter();
        match self {
            Self::Float32 => values.flat_map(|x| x.to_le_bytes()).collect(),
            Self::Float16 => values
                .flat_map(|&x| f16::from_f32(x).to_le_bytes())
                .collect(),
        }
    }
}

/// Metadata key of the configuration.
const CONFIG: &str = "config";

impl Vit {
    /// Reads a model from a safetensors file.
    ///
    /// `fallback` is the configuration for files that hold none, such as PyTorch's own: heads
    /// and norm placement can't be told from shapes.
    ///
    /// # Errors
    /// Any other file, a missing or extra tensor, a wrong shape or dtype, a number that is not
    /// finite: each names the tensor, what was found and what was expected.
    pub fn from_safetensors(
        bytes: &[u8],
        fallback: Option<&VitConfig>,
        device: &Device,
    ) -> Result<Self> {
        let config = read_config(bytes, fallback)?;
        let file = SafeTensors::deserialize(bytes).map_err(not_safetensors)?;
        let tensors = read_tensors(&file, &tensor_specs(&config))?;
        Ok(config
            .init(0, device)?
            .map(&mut parameters::Loader::new(tensors)))
    }

    /// Writes the model as a safetensors file, with its configuration and `metadata`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the weights can't be read back.
    pub async fn to_safetensors(
        &self,
        precision: Precision,
        metadata: &[(&str, String)],
    ) -> Result<Vec<u8>> {
        let named = parameters(self);
        let read = read_back(&named).await?;
        let encoded: Vec<_> = read.iter().map(|values| precision.encode(values)).collect();
        let views = named.iter().zip(&encoded).map(|(tensor, data)| {
            let view = TensorView::new(precision.dtype(), tensor.shape.clone(), data);
            (
                &tensor.name,
                view.expect("the byte length follows from the shape"),
            )
        });
        let config = serde_json::to_string(&self.config).expect("a plain struct");
        let mut all = HashMap::from([(CONFIG.to_string(), config)]);
        all.extend(metadata.iter().map(|(k, v)| (k.to_string(), v.clone())));
        Ok(safetensors::serialize(views, Some(all)).expect("names and lengths are our own"))
    }
}

/// The values of each tensor, read from the device at once.
///
/// # Errors
/// [`Error::DeviceLost`]
pub async fn read_back(tensors: &[NamedTensor]) -> Result<Vec<Vec<f32>>> {
    let transaction = tensors.iter().fold(Transaction::default(), |all, tensor| {
        all.register(tensor.values.clone())
    });
    let data = transaction
        .execute_async()
        .await
        .map_err(Error::device_lost)?;
    data.into_iter()
        .map(|data| data.try_into_vec::<f32>().map_err(Error::device_lost))
        .collect()
}

/// The configuration in the file's metadata, else `fallback`.
fn read_config(bytes: &[u8], fallback: Option<&VitConfig>) -> Result<VitConfig> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(not_safetensors)?;
    let json = header.metadata().as_ref().and_then(|all| all.get(CONFIG));
    let config = match (json, fallback) {
        (Some(json), _) => serde_json::from_str(json).map_err(|error| Error::WeightsConfig {
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

/// Values by name, each checked against its spec.
fn read_tensors(file: &SafeTensors, specs: &[TensorSpec]) -> Result<HashMap<String, Vec<f32>>> {
    for (name, view) in file.iter() {
        if !specs.iter().any(|spec| spec.name == name) {
            return Err(Error::ExtraTensor {
                name: name.into(),
                found: view.shape().to_vec(),
            });
        }
    }
    specs
        .iter()
        .map(|spec| Ok((spec.name.clone(), read_tensor(file, spec)?)))
        .collect()
}

fn read_tensor(file: &SafeTensors, spec: &TensorSpec) -> Result<Vec<f32>> {
    let name = || spec.name.clone();
    let view = file.tensor(&spec.name).map_err(|_| Error::MissingTensor {
        name: name(),
        expected: spec.shape.clone(),
    })?;
    if view.shape() != spec.shape {
        return Err(Error::TensorShape {
            name: name(),
            found: view.shape().to_vec(),
            expected: spec.shape.clone(),
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
                name: name(),
                found: format!("{other:?}"),
            });
        }
    };
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(index) => Err(Error::TensorValue {
            name: name(),
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
