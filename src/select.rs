//! The choice of device and engine: those asked for, if they compute what the CPU does.

mod check;
mod shaders;

pub use check::check;
pub use shaders::{shaders_to_evaluate, shaders_to_infer, shaders_to_train};

use std::rc::Rc;

use crate::config::VitConfig;
use crate::device::{self, Adapter, Fallback, Request, Selected};
use crate::engine::{self, Engine, webgpu};
use crate::error::{Error, Result};
use crate::model::VisionTransformer;
use crate::train::EVALUATED;

/// The job of a device. It is tested with the kernels that it will use for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// One picture at a time.
    Inference,
    /// Batches of so many images, which the device may gather itself from a data set, and updates, for
    /// which the gradient's norm may have a bound.
    Training {
        batch: usize,
        gathers: bool,
        clips: bool,
    },
}

/// The device and the engine that compute a model from now on.
pub struct Chosen {
    pub selected: Selected,
    pub engine: Rc<dyn Engine>,
}

/// The device for a request and its engine, tested with a model that lies on the CPU.
///
/// `adapter` is what the browser says of its graphics adapter; it matters for [`Request::Auto`]
/// and [`Request::WebGpu`] only.
///
/// # Errors
/// [`Error::DeviceUnavailable`] if a device is asked for by name and can't be had.
/// [`Request::Auto`] falls back to the CPU instead.
pub async fn select(
    request: Request,
    adapter: Result<Adapter, Fallback>,
    purpose: Purpose,
    model: &VisionTransformer,
) -> Result<Chosen> {
    let cpu = Chosen::new(device::cpu(), &model.config, purpose);
    let other = match request {
        Request::Cpu => return Ok(cpu),
        Request::NdArray => device::ndarray(),
        Request::Auto | Request::WebGpu => {
            let has_shaders = engine::has_shaders(&model.config, purpose.largest_batch());
            match adapter {
                Ok(adapter) => open_tested(request, &adapter, has_shaders).await,
                Err(reason) => Err(reason),
            }
        }
    };
    let tested = match other {
        Ok(other) => {
            let other = Chosen::new(other, &model.config, purpose);
            let tested = check::compare_with(&cpu, model, &other, purpose).await;
            tested.map(|()| other)
        }
        Err(reason) => Err(reason),
    };
    match tested {
        Ok(other) => Ok(other),
        Err(reason) if request == Request::Auto => Ok(cpu.instead_of_another(reason)),
        Err(reason) => Err(Error::DeviceUnavailable { reason }),
    }
}

impl Chosen {
    fn new(selected: Selected, config: &VitConfig, purpose: Purpose) -> Self {
        Self {
            engine: engine::engine(config, &selected.device, purpose.largest_batch()),
            selected,
        }
    }

    fn instead_of_another(mut self, reason: Fallback) -> Self {
        self.selected.fallback = Some(reason);
        self
    }
}

async fn open_tested(
    request: Request,
    adapter: &Adapter,
    has_shaders: bool,
) -> Result<Selected, Fallback> {
    adapter.check(request)?;
    adapter.check_model(has_shaders)?;
    open_webgpu(adapter).await
}

/// Opens WebGPU, and has its shaders made for the adapter. Computes nothing yet.
///
/// # Errors
/// Those of [`device::webgpu`].
pub async fn open_webgpu(adapter: &Adapter) -> Result<Selected, Fallback> {
    webgpu::adapt_to(adapter.is_software(), adapter.subgroup);
    device::webgpu(adapter).await
}

impl Purpose {
    /// Images of the largest batch that there will be.
    pub fn largest_batch(self) -> usize {
        match self {
            Self::Inference => 1,
            Self::Training { batch, .. } => batch.max(EVALUATED),
        }
    }
}
