//! Why a device is not in use.

/// Why WebGPU is not in use, in words for people.
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
