//! The engine of WebGPU: the whole model in a few dozen shaders, written in WGSL.
//!
//! With a model this small a GPU waits for launches, not for arithmetic: so a shader does as much
//! as fits, and all parameters lie in one buffer ([`Layout`](crate::model::Layout)), which one shader
//! updates. A group of invocations takes a few tokens through a layer, a tile of outputs each at a
//! time. In shared memory it hands hidden activations on; there its groups share the MLP's weights, and
//! attention keeps a head's keys and values. On software adapters, which barriers slow down, a group
//! is one invocation. WebGPU's default limits are enough.
//!
//! Drivers compile long shaders slowly, and slower the more values live at once. So what is kept
//! for a whole shader lies in private arrays, which loops fill and empty, and on software adapters,
//! which compile one at a time, a shader's products share one loop. The shaders of a job are
//! known before it ([`to_infer`], [`to_train`]), so that they can be compiled ahead.
//!
//! Sums have a fixed order: the same seed gives the same numbers on the same adapter.

mod limits;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Normalization;
use crate::model::Dropout;

#[cfg(feature = "webgpu")]
mod activations;
#[cfg(feature = "webgpu")]
mod ahead;
#[cfg(feature = "webgpu")]
mod backward;
#[cfg(feature = "webgpu")]
mod constants;
#[cfg(feature = "webgpu")]
mod engine;
#[cfg(feature = "webgpu")]
mod forward;
#[cfg(feature = "webgpu")]
mod launch;
#[cfg(feature = "webgpu")]
mod pass;
#[cfg(feature = "webgpu")]
mod shader;
#[cfg(feature = "webgpu")]
mod source;
#[cfg(feature = "webgpu")]
mod template;
#[cfg(any(feature = "webgpu", test))]
mod tiling;

#[cfg(feature = "webgpu")]
pub use ahead::{to_infer, to_train};
#[cfg(feature = "webgpu")]
pub use engine::WebGpu;

/// The settings that the shaders of a training step depend on, besides the model.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    /// Images of a step.
    pub batch: usize,
    pub dropout: Dropout,
    /// Whether the gradient's norm has a bound.
    pub clips: bool,
    /// The normalisation of images that the device gathers, if it does.
    pub gathers: Option<Normalization>,
}

/// Whether images may be gathered from so many pixels.
pub fn stores(pixels: usize) -> bool {
    pixels <= limits::LARGEST_BUFFER * 4
}

/// Stand-ins for builds without WebGPU.
#[cfg(not(feature = "webgpu"))]
mod missing {
    use super::Training;
    use crate::model::Layout;

    pub fn to_infer(_: Layout, _: usize) -> Vec<String> {
        Vec::new()
    }

    pub fn to_train(_: Layout, _: Training) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(not(feature = "webgpu"))]
pub use missing::{to_infer, to_train};

static SOFTWARE: AtomicBool = AtomicBool::new(false);
static SUBGROUP: AtomicUsize = AtomicUsize::new(0);

/// Says whether the adapter is one that computes on the CPU, which other sizes suit, and how many
/// invocations at least can hand values to each other directly, or 0.
pub fn adapt_to(software: bool, subgroup: usize) {
    SOFTWARE.store(software, Ordering::Relaxed);
    SUBGROUP.store(subgroup, Ordering::Relaxed);
}

#[cfg(any(feature = "webgpu", test))]
fn is_software() -> bool {
    SOFTWARE.load(Ordering::Relaxed)
}

#[cfg(any(feature = "webgpu", test))]
fn subgroup() -> usize {
    SUBGROUP.load(Ordering::Relaxed)
}
