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
