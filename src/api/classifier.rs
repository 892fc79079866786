//! `Classifier` for JavaScript.

use std::cell::Cell;
use std::rc::Rc;
use std::str::FromStr;

use js_sys::{Float32Array, Promise};
use wasm_bindgen::prelude::*;

use super::adapter::probe;
use super::crash::promise;
use super::freed::watched;
use super::image::picture;
use super::object::{Options, object, to_js};
use super::pipelines;
use crate::classifier::{self, Prediction};
use crate::config::VitConfig;
use crate::data::drawing::Picture;
use crate::device::{Adapter, Fallback, Request, Selected, cpu};
use crate::error::Result;
use crate::model::VisionTransformer;
use crate::select::shaders_to_infer;

/// Reads handwritten digits.
#[wasm_bindgen]
pub struct Classifier {
    // Shared with running predictions, so that `free()` is allowed at any time.
    pub(super) inner: Rc<classifier::Classifier>,
    /// Whether its shaders are still to be compiled.
    pub(super) is_new: Cell<bool>,
}

#[wasm_bindgen]
impl Classifier {
    /// Puts a model on a device.
    ///
    /// Rejects with an `Error` whose `code` is stable: `not-safetensors`, `missing-tensor`,
    /// `tensor-shape`, `device-unavailable`, `unknown-device`, `invalid-argument` and others.
    #[wasm_bindgen(unchecked_return_type = "Promise<Classifier>")]
    pub fn load(#[wasm_bindgen(unchecked_param_type = "LoadOptions")] options: JsValue) -> Promise {
        // Before the call returns: afterwards the caller may do with its bytes what it likes.
        let read = read(&Options(&options));
        promise(async move {
            let (request, model) = read?;
            let adapter = adapter_for(request).await;
            pipelines::open(request, &adapter, || shaders_to_infer(&model.config, 1)).await;
            let inner = classifier::Classifier::open(request, adapter, model).await?;
            let classifier = Self {
                inner: Rc::new(inner),
                is_new: Cell::new(false),
            };
            Ok(watched(classifier))
        })
    }

    /// Reads one digit: 784 values in 0 to 1 (row by row, ink is 1), an `ImageData` of any size,
    /// or strokes. Resolves to null where nothing is drawn.
    ///
    /// Rejects with code `invalid-argument` or `invalid-image` for anything else; the classifier
    /// stays usable. The image is read before the call returns.
    #[wasm_bindgen(unchecked_return_type = "Promise<Prediction | null>")]
    pub fn classify(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Float32Array | ImageData | Stroke[]")]
        image: JsValue,
    ) -> Promise {
        let inner = self.inner.clone();
        let is_new = self.is_new.take();
        let picture = picture(&image);
        promise(async move {
            if is_new {
                let shaders = || shaders_to_infer(&inner.model.config, 1);
                pipelines::compile(&inner.selected, shaders).await;
            }
            let Some(picture) = picture? else {
                return Ok(JsValue::NULL);
            };
            let prediction = inner.classify(&picture).await?;
            Ok(describe(&prediction, &image, &picture))
        })
    }

    /// The device in use.
    #[wasm_bindgen(getter, js_name = deviceInfo, unchecked_return_type = "DeviceInfo")]
    pub fn device_info(&self) -> JsValue {
        device_info(&self.inner.selected)
    }

    /// The hyperparameters of the model.
    #[wasm_bindgen(getter, unchecked_return_type = "VitConfig")]
    pub fn config(&self) -> JsValue {
        to_js(&self.inner.model.config)
    }
}

fn describe(prediction: &Prediction, image: &JsValue, picture: &Picture) -> JsValue {
    let probabilities = Float32Array::from(prediction.probabilities.as_slice());
    // A copy of values that the caller has would be a fortieth of a prediction's time.
    let seen = match image.dyn_ref::<Float32Array>() {
        Some(own) => own.clone(),
        None => Float32Array::from(picture.as_slice()),
    };
    object(&[
        ("digit", (prediction.digit as u32).into()),
        ("probabilities", probabilities.into()),
        ("milliseconds", prediction.milliseconds.into()),
        ("image", seen.into()),
    ])
}

/// Reads the options of `load`.
fn read(options: &Options<'_>) -> Result<(Request, VisionTransformer)> {
    let request = request_of(options)?;
    let config = options
        .text("preset", "the name of a preset")?
        .map(|name| VitConfig::preset(&name))
        .transpose()?;
    let weights = options.bytes("weights")?;
    let model = VisionTransformer::from_safetensors(&weights, config.as_ref(), &cpu().device)?;
    Ok((request, model))
}

/// The device that the caller asks for.
pub fn request_of(options: &Options<'_>) -> Result<Request> {
    match options.text("device", "the name of a device")? {
        None => Ok(Request::Auto),
        Some(name) => Request::from_str(&name),
    }
}

/// The browser's graphics adapter, or why there is none; not asked for where it does not matter.
pub async fn adapter_for(request: Request) -> Result<Adapter, Fallback> {
    match request {
        Request::Auto | Request::WebGpu => probe().await,
        Request::Cpu | Request::NdArray => Err(Fallback::NoWebGpu),
    }
}

pub fn device_info(selected: &Selected) -> JsValue {
    let fallback = selected.fallback.as_ref().map_or(JsValue::NULL, |reason| {
        object(&[
            ("code", reason.code().into()),
            (
                "detail",
                reason.detail().map_or(JsValue::NULL, JsValue::from),
            ),
            ("reason", reason.to_string().into()),
        ])
    });
    object(&[
        ("kind", selected.kind.id().into()),
        ("name", selected.kind.name().into()),
        ("description", selected.description.as_str().into()),
        ("fallback", fallback),
        ("compiled", pipelines::compiled(selected)),
    ])
}
