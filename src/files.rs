//! Models as safetensors bytes, with the parameter names of the published PyTorch code.
//!
//! A weights file holds every parameter once, in PyTorch's layout, as float32 or float16, and in its
//! metadata the configuration as JSON under the key `config`.

mod checksum;
mod read;
mod write;

use burn::tensor::{Device, Tensor};

use crate::config::VitConfig;
use crate::error::{Error, Result};
use crate::model::{Layout, VisionTransformer};
pub(crate) use checksum::checksum;
pub(crate) use read::{SafetensorsFile, check_finite};
pub use write::Precision;
pub(crate) use write::{StoredTensor, named, write};

/// Metadata key of the configuration.
const CONFIG: &str = "config";

/// The prefixes of the names of a checkpoint's other tensors.
pub(crate) const OPTIMIZER: &str = "optimizer.";
pub(crate) const HISTORY: &str = "history.";

impl VisionTransformer {
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
        let file = SafetensorsFile::parse(bytes)?;
        let config = file.config(fallback)?;
        let layout = Layout::of(&config);
        file.refuse_extra(&layout)?;
        let parameters = file.flat(&layout, "")?;
        let parameters = Tensor::from_floats(parameters.as_slice(), device);
        Ok(Self { config, parameters })
    }

    /// Writes the model as a safetensors file, with its configuration and `metadata`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the weights can't be read back, [`Error::TensorValue`] if one is not
    /// finite, [`Error::Float16`] if float16 can't hold it.
    pub async fn to_safetensors(
        &self,
        precision: Precision,
        metadata: &[(&str, String)],
    ) -> Result<Vec<u8>> {
        let data = self.parameters.clone().into_data_async().await;
        let data = data.map_err(Error::device_lost)?;
        let parameters = data.try_into_vec().map_err(Error::device_lost)?;
        let tensors = named(&Layout::of(&self.config), "", &parameters);
        for tensor in &tensors {
            check_finite(&tensor.name, &tensor.values)?;
        }
        write(&self.config, tensors, precision, metadata)
    }
}
