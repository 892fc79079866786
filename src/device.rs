//! Devices: which there are, which one to use, and why not the one that was asked for.
//!
//! The only module that knows backends and their cargo features.

mod adapter;

pub use adapter::Adapter;

#[cfg(feature = "webgpu")]
use std::cell::{Cell, RefCell};
use std::str::FromStr;

use burn::tensor::Device;
#[cfg(feature = "webgpu")]
use burn::tensor::DeviceKind;

pub use crate::error::Fallback;
use crate::error::{Error, Result};

/// The device that the caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// WebGPU on a real adapter, else the CPU.
    Auto,
    /// WebGPU or an error, on whatever adapter there is.
    WebGpu,
    /// Our kernels with SIMD.
    Cpu,
    /// burn-ndarray, slower.
    NdArray,
}

impl FromStr for Request {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "auto" => Ok(Self::Auto),
            "webgpu" => Ok(Self::WebGpu),
            "cpu" => Ok(Self::Cpu),
            "ndarray" => Ok(Self::NdArray),
            _ => Err(Error::UnknownDevice { name: name.into() }),
        }
    }
}

/// The backend in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    WebGpu,
    Cpu,
    NdArray,
}

impl Kind {
    /// The name that [`Request`] parses.
    pub fn id(self) -> &'static str {
        match self {
            Self::WebGpu => "webgpu",
            Self::Cpu => "cpu",
            Self::NdArray => "ndarray",
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::WebGpu => "WebGPU",
            Self::Cpu => "CPU",
            Self::NdArray => "ndarray",
        }
    }
}

/// A device that is ready for tensors.
#[derive(Clone, Debug)]
pub struct Selected {
    pub kind: Kind,
    pub device: Device,
    /// The adapter, or how the CPU computes.
    pub description: String,
    /// The reason why it is not the device that [`Request::Auto`] prefers.
    pub fallback: Option<Fallback>,
}

/// The processor, which is always there: our kernels, on burn-flex's tensors.
pub fn cpu() -> Selected {
    Selected {
        kind: Kind::Cpu,
        device: Device::flex(),
        description: simd().into(),
        fallback: None,
    }
}

fn simd() -> &'static str {
    if cfg!(not(target_family = "wasm")) {
        "SIMD of this processor, one thread"
    } else if cfg!(target_feature = "simd128") {
        "WebAssembly SIMD, one thread"
    } else {
        "WebAssembly, one thread"
    }
}

/// burn-ndarray.
///
/// # Errors
/// [`Fallback::NotCompiledIn`] without the cargo feature `ndarray`.
#[cfg(feature = "ndarray")]
#[expect(deprecated, reason = "burn prefers flex; we offer both")]
pub fn ndarray() -> Result<Selected, Fallback> {
    Ok(Selected {
        kind: Kind::NdArray,
        device: Device::ndarray(),
        description: "burn-ndarray, one thread".into(),
        fallback: None,
    })
}

/// burn-ndarray.
///
/// # Errors
/// [`Fallback::NotCompiledIn`] without the cargo feature `ndarray`.
#[cfg(not(feature = "ndarray"))]
pub fn ndarray() -> Result<Selected, Fallback> {
    Err(Fallback::NotCompiledIn("burn-ndarray"))
}

/// Whether [`webgpu`] can be had at all.
pub const HAS_WEBGPU: bool = cfg!(feature = "webgpu");

/// Launches that are submitted together; a training step of four encoder blocks has 56.
#[cfg(feature = "webgpu")]
const LAUNCHES: usize = 128;

#[cfg(feature = "webgpu")]
thread_local! {
    /// burn can't initialise the same device twice.
    static DEVICE: RefCell<Option<Device>> = const { RefCell::new(None) };
    /// The number of devices that were opened.
    static OPENED: Cell<u32> = const { Cell::new(0) };
}

/// A kind that was not opened yet: to burn each is a device of its own, to browsers all but the first
/// are names of the same.
#[cfg(feature = "webgpu")]
fn next_kind() -> DeviceKind {
    match OPENED.replace(OPENED.get() + 1) {
        0 => DeviceKind::DefaultDevice,
        index => DeviceKind::DiscreteGpu(index as usize - 1),
    }
}

/// Has [`webgpu`] open another device, since the last one is lost.
pub fn forget_webgpu() {
    #[cfg(feature = "webgpu")]
    DEVICE.take();
}

/// burn-wgpu on WebGPU. Computes nothing yet: test it before trusting it.
///
/// # Errors
/// [`Fallback::RequestRefused`]; [`Fallback::NotCompiledIn`] without the cargo feature `webgpu`.
#[cfg(feature = "webgpu")]
pub async fn webgpu(adapter: &Adapter) -> Result<Selected, Fallback> {
    let known = DEVICE.with_borrow(Clone::clone);
    let device = match known {
        Some(device) => device,
        None => {
            #[cfg(target_arch = "wasm32")]
            run_constructors();
            let made = Device::wgpu_options()
                .device_kind(next_kind())
                .tasks_max(LAUNCHES)
                .init_async()
                .await;
            // The browser's stack follows its message.
            let message = |error: String| error.lines().next().unwrap_or_default().to_owned();
            made.map_err(|error| Fallback::RequestRefused(message(error.to_string())))?
        }
    };
    DEVICE.with_borrow_mut(|slot| *slot = Some(device.clone()));
    Ok(Selected {
        kind: Kind::WebGpu,
        device,
        description: adapter.description.clone(),
        fallback: None,
    })
}

/// Runs what cubecl's crates register to be run at start-up.
///
/// Were there no call, the linker would put one into every exported function: it takes programs
/// for commands, which are called once. WebGPU calls an exported allocator with each bind group,
/// and there are hundreds of constructors: they took 19 parts of 20 of a training step.
#[cfg(all(feature = "webgpu", target_arch = "wasm32"))]
fn run_constructors() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    // SAFETY: the linker makes it, and nobody else calls it.
    ONCE.call_once(|| unsafe { __wasm_call_ctors() });
}

/// burn-wgpu on WebGPU. Computes nothing yet: test it before trusting it.
///
/// # Errors
/// [`Fallback::RequestRefused`]; [`Fallback::NotCompiledIn`] without the cargo feature `webgpu`.
#[cfg(not(feature = "webgpu"))]
pub async fn webgpu(_: &Adapter) -> Result<Selected, Fallback> {
    Err(Fallback::NotCompiledIn("WebGPU"))
}
