//! Weights as safetensors bytes, with the parameter names of the published PyTorch code.
//!
//! A file holds every parameter once, in PyTorch's layout, as float32 or float16, and in its
//! metadata the configuration as JSON under the key `config`.

mod parameters;
mod read;

use std::collections::HashMap;

use burn::module::Module;
use burn::tensor::{Device, Tensor, Transaction};
use half::f16;
use safetensors::{Dtype, tensor::TensorView};

use crate::config::VitConfig;
use crate::error::{Error, Result};
use crate::model::Entry;
use crate::model::{Layout, VisionTransformer};
use crate::vit::Vit;
pub use parameters::{NamedTensor, companions, gradients, parameters};
use read::read_model;
pub(crate) use read::{check_finite, parse, read_config, read_metadata, read_tensor, read_values};

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

/// What the names of a checkpoint's other tensors begin with.
pub const OPTIMIZER: &str = "optimizer.";
pub const HISTORY: &str = "history.";

/// A tensor on its way into a file.
pub struct StoredTensor {
    pub name: String,
    pub shape: Vec<usize>,
    /// Row by row.
    pub values: Vec<f32>,
}

impl Vit {
    /// Reads a model from a safetensors file.
    ///
    /// `fallback` is the configuration for files that hold none, such as PyTorch's own: heads
    /// and norm placement can't be told from shapes.
    ///
    /// # Errors
    /// Any other file, a missing or extra tensor, a wrong shape or dtype, a number that is not
    /// finite: each names the tensor, what was found and what was expected. What a checkpoint
    /// holds besides the weights is ignored.
    pub fn from_safetensors(
        bytes: &[u8],
        fallback: Option<&VitConfig>,
        device: &Device,
    ) -> Result<Self> {
        let (config, values) = read_model(bytes, fallback)?;
        Ok(config.init(0, device)?.with_values(values))
    }

    /// This model with other values, by their names in a file and in its layout.
    pub(crate) fn with_values(self, values: HashMap<String, Vec<f32>>) -> Self {
        let mut loader = parameters::Loader::new(&self.config, values);
        self.map(&mut loader)
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
        let tensors = stored(parameters(self)).await?;
        Ok(write(&self.config, tensors, precision, metadata))
    }
}

impl VisionTransformer {
    /// As [`Vit::from_safetensors`].
    ///
    /// # Errors
    /// Those of [`Vit::from_safetensors`].
    pub fn from_safetensors(
        bytes: &[u8],
        fallback: Option<&VitConfig>,
        device: &Device,
    ) -> Result<Self> {
        let (config, values) = read_model(bytes, fallback)?;
        let parameters = Layout::of(&config).pack(&values);
        let parameters = Tensor::from_floats(parameters.as_slice(), device);
        Ok(Self { config, parameters })
    }
}

/// The tensors with their values, read from the device at once.
///
/// # Errors
/// [`Error::DeviceLost`]
pub async fn stored(named: Vec<NamedTensor>) -> Result<Vec<StoredTensor>> {
    let values = read_back(&named).await?;
    let pairs = named.into_iter().zip(values);
    Ok(pairs
        .map(|(NamedTensor { name, shape, .. }, values)| StoredTensor {
            name,
            shape,
            values,
        })
        .collect())
}

/// Every tensor of a weights file, from values by name.
///
/// # Panics
/// If one is missing.
pub(crate) fn arranged(
    config: &VitConfig,
    values: &HashMap<String, Vec<f32>>,
) -> Vec<StoredTensor> {
    let entries = Layout::of(config).entries().into_iter();
    entries
        .map(|Entry { name, shape, .. }| StoredTensor {
            values: values[&name].clone(),
            name,
            shape,
        })
        .collect()
}

/// A safetensors file of these tensors, with the configuration and `metadata`.
pub fn write(
    config: &VitConfig,
    tensors: Vec<StoredTensor>,
    precision: Precision,
    metadata: &[(&str, String)],
) -> Vec<u8> {
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
    safetensors::serialize(views, Some(all)).expect("names and lengths are our own")
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
