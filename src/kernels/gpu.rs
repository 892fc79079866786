//! Kernels for the GPU: the whole model in a few dozen of them, written in WGSL.
//!
//! With a model this small a GPU waits for launches, not for arithmetic: so a kernel does as much
//! as fits, and all parameters lie in one buffer ([`Layout`](super::Layout)), which one kernel updates. A party of
//! invocations takes a few tokens through a layer, a tile of outputs each at a time. In the
//! workgroup's memory it hands hidden activations on; there its parties share the MLP's weights, and
//! attention keeps a head's keys and values. On software adapters, which barriers slow down, a party
//! is one invocation. WebGPU's default limits are enough.
//!
//! Drivers compile long shaders slowly, and slower the more values live at once. So what is kept
//! for a whole shader lies in private arrays, which loops fill and empty, and on software adapters,
//! which compile one at a time, a kernel's products are turns of one loop. The shaders of a job are
//! known before it ([`to_read`], [`to_train`]), so that they can be compiled ahead.
//!
//! Sums have a fixed order: the same seed gives the same numbers on the same adapter.

mod input;
mod limits;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::kernels::Dropout;

pub use input::{Input, Picked};

#[cfg(feature = "webgpu")]
mod ahead;
#[cfg(feature = "webgpu")]
mod launch;
#[cfg(feature = "webgpu")]
mod model;
#[cfg(feature = "webgpu")]
mod numbers;
#[cfg(feature = "webgpu")]
mod operations;
#[cfg(feature = "webgpu")]
mod shader;
#[cfg(feature = "webgpu")]
mod template;
#[cfg(any(feature = "webgpu", test))]
mod tiling;

#[cfg(feature = "webgpu")]
mod pick;
#[cfg(feature = "webgpu")]
mod vit;

#[cfg(feature = "webgpu")]
pub use ahead::{to_read, to_train};
#[cfg(feature = "webgpu")]
pub use operations::clip_scale;
#[cfg(feature = "webgpu")]
pub use pick::pick;
#[cfg(feature = "webgpu")]
pub use vit::vit;

/// How pixels become the model's input.
#[derive(Clone, Copy, Debug)]
pub struct Picture {
    /// Pixels of a square image's side.
    pub side: usize,
    /// Subtracted from values in 0 to 1.
    pub mean: f32,
    /// Then divided by.
    pub deviation: f32,
}

/// What the shaders of a training step depend on, besides the model.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    /// Images of a step.
    pub batch: usize,
    pub dropout: Dropout,
    /// Whether the gradient's norm has a bound.
    pub clips: bool,
    /// Of the images that the embedding picks itself, if it does.
    pub picture: Option<Picture>,
}

/// Whether [`Picked`] images may come from so many images of that size.
pub fn picks_from(images: usize, side: usize) -> bool {
    images * side * side <= limits::LARGEST_BUFFER * 4
}

/// Stand-ins for builds without WebGPU, where no device asks for them.
#[cfg(not(feature = "webgpu"))]
mod missing {
    use burn::tensor::Tensor;

    use super::{Input, Picked, Training};
    use crate::kernels::Dropout;
    use crate::model::Layout;

    const MISSING: &str = "no device has these kernels";

    pub fn vit(_: Input, _: Tensor<1>, _: Layout, _: Dropout) -> Tensor<2> {
        unreachable!("{MISSING}")
    }

    pub fn pick(_: Picked) -> Tensor<4> {
        unreachable!("{MISSING}")
    }

    pub fn clip_scale(_: Tensor<1>, _: f64) -> Tensor<1> {
        unreachable!("{MISSING}")
    }

    pub fn to_read(_: Layout, _: usize) -> Vec<String> {
        Vec::new()
    }

    pub fn to_train(_: Layout, _: Training) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(not(feature = "webgpu"))]
pub use missing::{clip_scale, pick, to_read, to_train, vit};

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
