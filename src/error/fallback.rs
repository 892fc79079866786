//! The reasons why a device is not in use.

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// The reasons why WebGPU is not in use, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fallback {
    #[error("this build has no {0}")]
    NotCompiledIn(&'static str),
    #[error("this browser has no WebGPU (navigator.gpu is missing)")]
    NoWebGpu,
    #[error("WebGPU found no graphics adapter")]
    NoAdapter,
    #[error("WebGPU found only a software adapter ({0}), which is slower than the CPU")]
    SoftwareAdapter(String),
    #[error("the graphics adapter lacks {0}, which the WebGPU backend needs")]
    MissingFeature(&'static str),
    #[error("the browser refused the graphics device: {0}")]
    RequestRefused(String),
    #[error("the graphics device computes wrong numbers (off by {0} in the self-test)")]
    SelfTestFailed(String),
}

impl Fallback {
    /// The thing that the sentence names, if it names any.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::NotCompiledIn(detail) | Self::MissingFeature(detail) => Some(detail),
            Self::SoftwareAdapter(detail)
            | Self::RequestRefused(detail)
            | Self::SelfTestFailed(detail) => Some(detail),
            Self::NoWebGpu | Self::NoAdapter => None,
        }
    }

    /// A stable name for programs, which messages are not.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotCompiledIn(_) => "not-compiled-in",
            Self::NoWebGpu => "no-webgpu",
            Self::NoAdapter => "no-adapter",
            Self::SoftwareAdapter(_) => "software-adapter",
            Self::MissingFeature(_) => "missing-feature",
            Self::RequestRefused(_) => "request-refused",
            Self::SelfTestFailed(_) => "self-test-failed",
        }
    }
}

/// As words of the page: the key of a sentence, its values, and the English one.
impl Serialize for Fallback {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Values<'a> {
            detail: Option<&'a str>,
        }
        let mut words = serializer.serialize_struct("Words", 3)?;
        words.serialize_field("key", &format!("fallback.{}", self.code()))?;
        let detail = self.detail();
        words.serialize_field("values", &Values { detail })?;
        words.serialize_field("text", &self.to_string())?;
        words.end()
    }
}
