//! The one error type of the crate.

mod data;
mod expected;
mod fallback;

pub use data::{DataError, DrawingError, IdxError};
pub use expected::Expected;
pub use fallback::Fallback;

use serde::Serialize;

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The errors that can occur, with what was found and what was expected.
///
/// Serialised it is the values of its sentence alone, for sentences in other languages.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Error {
    #[error("{field} is {value}, expected {expected}")]
    Config {
        field: &'static str,
        value: String,
        #[serde(flatten)]
        expected: Expected,
    },
    #[error("unknown preset {name:?}, expected one of {}", known.join(", "))]
    UnknownPreset {
        name: String,
        known: &'static [&'static str],
    },
    #[error("the weights hold no configuration that can be read: {message}")]
    WeightsConfig { message: String },
    #[error("not a safetensors file: {message}")]
    NotSafetensors { message: String },
    #[error("tensor {name:?} is missing, expected shape {expected:?}")]
    MissingTensor { name: String, expected: Vec<usize> },
    #[error("tensor {name:?} of shape {found:?} does not belong to this model")]
    ExtraTensor { name: String, found: Vec<usize> },
    #[error("tensor {name:?} has shape {found:?}, expected {expected:?}")]
    TensorShape {
        name: String,
        found: Vec<usize>,
        expected: Vec<usize>,
    },
    #[error("tensor {name:?} has dtype {found}, expected F32 or F16")]
    TensorType { name: String, found: String },
    #[error("tensor {name:?} holds {value} at index {index}, expected finite numbers")]
    TensorValue {
        name: String,
        index: usize,
        value: f32,
    },
    #[error("tensor {name:?} holds {value}, and float16 ends at 65504: choose float32")]
    Float16 { name: String, value: f32 },
    #[error("unknown device {name:?}, expected one of auto, webgpu, cpu, ndarray")]
    UnknownDevice { name: String },
    #[error("{reason}")]
    DeviceUnavailable { reason: Fallback },
    #[error("the device stopped answering: {message}; load the model again, or choose the CPU")]
    DeviceLost { message: String },
    #[error(
        "the loss is {loss} at step {step}; the run is back at step {back_to}: try a lower \
         learning rate, a longer warm-up, or clip the gradients' norm"
    )]
    NonFiniteLoss {
        step: usize,
        loss: f32,
        back_to: usize,
    },
    #[error("not a checkpoint: {message}")]
    Checkpoint { message: String },
    #[error("the run learns from {name}: load these images to go on")]
    DataNeeded { name: String },
    #[error(
        "the run learns from {name} ({train} training images), not from {found} ({found_train}): load the \
         same images to go on"
    )]
    OtherData {
        name: String,
        train: usize,
        found: String,
        found_train: usize,
    },
    #[error(transparent)]
    Idx(#[from] IdxError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Drawing(#[from] DrawingError),
    #[error("{name} can't be read: {message}")]
    Options { name: String, message: String },
    #[error("the computation crashed: {message}")]
    Crashed {
        message: String,
        /// Whether the build has code beneath it that is the browser's, WebGPU's.
        is_device_fault: bool,
    },
    #[error("it was freed: make another")]
    Freed,
    #[error("{argument} is {found}, expected {expected}")]
    Argument {
        argument: &'static str,
        found: String,
        expected: &'static str,
    },
}

impl Error {
    pub(crate) fn device_lost(cause: impl std::fmt::Display) -> Self {
        Self::DeviceLost {
            message: first_cause(&cause.to_string()),
        }
    }

    /// Whether another device may do what this one did not.
    pub fn is_device_fault(&self) -> bool {
        match self {
            Self::DeviceUnavailable { .. } | Self::DeviceLost { .. } => true,
            Self::Crashed {
                is_device_fault, ..
            } => *is_device_fault,
            _ => false,
        }
    }

    /// A stable name for programs, which messages are not.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Config { .. } => "invalid-config",
            Self::UnknownPreset { .. } => "unknown-preset",
            Self::WeightsConfig { .. } => "weights-config",
            Self::NotSafetensors { .. } => "not-safetensors",
            Self::MissingTensor { .. } => "missing-tensor",
            Self::ExtraTensor { .. } => "extra-tensor",
            Self::TensorShape { .. } => "tensor-shape",
            Self::TensorType { .. } => "tensor-type",
            Self::TensorValue { .. } | Self::Float16 { .. } => "tensor-value",
            Self::UnknownDevice { .. } => "unknown-device",
            Self::DeviceUnavailable { .. } => "device-unavailable",
            Self::DeviceLost { .. } => "device-lost",
            Self::NonFiniteLoss { .. } => "non-finite-loss",
            Self::Checkpoint { .. } => "invalid-checkpoint",
            Self::DataNeeded { .. } => "data-needed",
            Self::OtherData { .. } => "other-data",
            Self::Idx(_) => "invalid-idx",
            Self::Data(_) => "invalid-data",
            Self::Drawing(_) => "invalid-image",
            Self::Options { .. } => "invalid-config",
            Self::Crashed { .. } => "crashed",
            Self::Freed => "freed",
            Self::Argument { .. } => "invalid-argument",
        }
    }
}

/// [`Error::Config`] unless `holds`.
pub(crate) fn require(
    holds: bool,
    field: &'static str,
    value: impl std::fmt::Display,
    expected: Expected,
) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(Error::Config {
        field,
        value: value.to_string(),
        expected,
    })
}

/// The last of the causes that cubecl lists, a line each, before a backtrace.
fn first_cause(report: &str) -> String {
    let report = report.split("Backtrace").next().unwrap_or_default();
    let mut lines = report.lines().map(str::trim);
    let cause = lines.rfind(|line| !line.is_empty() && *line != "Caused by:");
    cause.unwrap_or(report).trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_device_is_told_in_one_line() {
        let report = "The device is poisoned\nCaused by:\n  Destroyed: Device was destroyed.\n\
                      Backtrace:\nNo backtrace available";
        let error = Error::device_lost(report);
        let message = error.to_string();
        assert!(
            message.contains("answering: Destroyed: Device was destroyed; load"),
            "{message}"
        );
    }
}
