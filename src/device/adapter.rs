//! Graphics adapters: which of them to use.

use super::{Fallback, Request};
use crate::error::Result;

/// What the browser says of its graphics adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Vendor, architecture, description: whatever the browser reveals.
    pub description: String,
    /// The browser itself calls it a fall-back adapter.
    pub is_fallback: bool,
    /// cubecl needs it to time kernels without blocking, and panics without it.
    pub has_timestamp_query: bool,
}

/// Names of adapters that compute on the CPU.
const SOFTWARE: [&str; 5] = [
    "swiftshader",
    "llvmpipe",
    "lavapipe",
    "basic render",
    "warp",
];

impl Adapter {
    /// Whether a CPU emulates this adapter.
    pub fn is_software(&self) -> bool {
        let name = self.description.to_lowercase();
        self.is_fallback || SOFTWARE.iter().any(|software| name.contains(software))
    }

    /// Whether this adapter can and, for [`Request::Auto`], should be used.
    ///
    /// # Errors
    /// The reason why not.
    pub fn check(&self, request: Request) -> Result<(), Fallback> {
        if !self.has_timestamp_query {
            return Err(Fallback::MissingFeature("timestamp queries"));
        }
        if request == Request::Auto && self.is_software() {
            return Err(Fallback::SoftwareAdapter(self.description.clone()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(description: &str) -> Adapter {
        Adapter {
            description: description.into(),
            is_fallback: false,
            has_timestamp_query: true,
        }
    }

    #[test]
    fn auto_refuses_software_adapters_that_webgpu_by_name_takes() {
        let by_flag = Adapter {
            is_fallback: true,
            ..adapter("Intel")
        };
        for software in [
            adapter("Google SwiftShader"),
            adapter("Mesa llvmpipe"),
            by_flag,
        ] {
            let refusal = software.check(Request::Auto).unwrap_err();
            assert_eq!(refusal.code(), "software-adapter");
            assert!(refusal.to_string().contains(&software.description));
            assert_eq!(software.check(Request::WebGpu), Ok(()));
        }
        assert_eq!(adapter("NVIDIA Ada").check(Request::Auto), Ok(()));
    }

    #[test]
    fn an_adapter_without_timestamp_queries_is_never_used() {
        let old = Adapter {
            has_timestamp_query: false,
            ..adapter("NVIDIA Kepler")
        };
        for request in [Request::Auto, Request::WebGpu] {
            assert_eq!(old.check(request).unwrap_err().code(), "missing-feature");
        }
    }
}
