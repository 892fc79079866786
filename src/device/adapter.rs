//! Graphics adapters: which of them to use.

use super::{Fallback, Request};
use crate::error::Result;

/// The browser's description of its graphics adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Vendor, architecture, description: whatever the browser reveals.
    pub description: String,
    /// The browser itself calls it a fall-back adapter.
    pub is_fallback: bool,
    /// Invocations that can hand values to each other directly, at least; 0 where none can.
    pub subgroup: usize,
    /// burn times kernels by it, where it has several to choose from.
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
        if request == Request::Auto && self.is_software() {
            return Err(Fallback::SoftwareAdapter(self.description.clone()));
        }
        Ok(())
    }

    /// Whether this adapter can compute a model that has kernels of its own, or has none.
    ///
    /// # Errors
    /// The reason why not.
    pub fn check_model(&self, has_kernels: bool) -> Result<(), Fallback> {
        if has_kernels || self.has_timestamp_query {
            Ok(())
        } else {
            Err(Fallback::MissingFeature("timestamp queries"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(description: &str) -> Adapter {
        Adapter {
            description: description.into(),
            is_fallback: false,
            subgroup: 0,
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
    fn without_timestamp_queries_only_our_own_kernels_run() {
        let old = Adapter {
            has_timestamp_query: false,
            ..adapter("NVIDIA Kepler")
        };
        assert_eq!(old.check(Request::Auto), Ok(()));
        assert_eq!(old.check_model(true), Ok(()));
        let refusal = old.check_model(false).unwrap_err();
        assert_eq!(refusal.code(), "missing-feature");
        assert_eq!(adapter("NVIDIA Ada").check_model(false), Ok(()));
    }
}
