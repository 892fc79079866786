//! `Classifier` for JavaScript.

use std::rc::Rc;
use std::str::FromStr;

use js_sys::{Float32Array, JSON, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::adapter::probe;
use super::error::wrong_type;
use super::image::picture;
use super::object::{get, object};
use crate::classifier::{self, Prediction};
use crate::config::VitConfig;
use crate::data::drawing::Picture;
use crate::device::{Fallback, Request};
use crate::error::Result;

/// Reads handwritten digits.
#[wasm_bindgen]
pub struct Classifier {
    // Shared with running predictions, so that `free()` is allowed at any time.
    inner: Rc<classifier::Classifier>,
}

#[wasm_bindgen]
impl Classifier {
    /// Puts a model on a device.
    ///
    /// Rejects with an `Error` whose `code` is stable: `not-safetensors`, `missing-tensor`,
    /// `tensor-shape`, `device-unavailable`, `unknown-device`, `invalid-argument` and others.
    #[wasm_bindgen(unchecked_return_type = "Classifier")]
    pub async fn load(
        #[wasm_bindgen(unchecked_param_type = "LoadOptions")] options: JsValue,
    ) -> Result<Self, JsValue> {
        let request = match text(&options, "device", "the name of a device")? {
            None => Request::Auto,
            Some(name) => Request::from_str(&name)?,
        };
        let config = text(&options, "preset", "the name of a preset")?
            .map(|name| VitConfig::preset(&name))
            .transpose()?;
        let weights = weights(&options)?;
        let adapter = match request {
            Request::Auto | Request::WebGpu => probe().await,
            Request::Cpu | Request::NdArray => Err(Fallback::NoWebGpu),
        };
        let inner =
            classifier::Classifier::load(request, adapter, &weights, config.as_ref()).await?;
        Ok(Self {
            inner: Rc::new(inner),
        })
    }

    /// Reads one digit: 784 values in 0 to 1 (row by row, ink is 1), an `ImageData` of any size,
    /// or strokes. Resolves to null where nothing is drawn.
    ///
    /// Rejects with code `invalid-argument` or `invalid-image` for anything else; the classifier
    /// stays usable.
    #[wasm_bindgen(unchecked_return_type = "Promise<Prediction | null>")]
    pub fn classify(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Float32Array | ImageData | Stroke[]")]
        image: JsValue,
    ) -> Promise {
        let inner = self.inner.clone();
        future_to_promise(async move {
            let Some(picture) = picture(&image)? else {
                return Ok(JsValue::NULL);
            };
            let prediction = inner.classify(&picture).await?;
            Ok(to_js(&prediction, &picture))
        })
    }

    /// The device in use.
    #[wasm_bindgen(getter, js_name = deviceInfo, unchecked_return_type = "DeviceInfo")]
    pub fn device_info(&self) -> JsValue {
        let selected = &self.inner.selected;
        let fallback = selected.fallback.as_ref().map_or(JsValue::NULL, |reason| {
            object(&[
                ("code", reason.code().into()),
                ("reason", reason.to_string().into()),
            ])
        });
        object(&[
            ("kind", selected.kind.id().into()),
            ("name", selected.kind.name().into()),
            ("description", selected.description.as_str().into()),
            ("fallback", fallback),
        ])
    }

    /// The hyperparameters of the model.
    #[wasm_bindgen(getter, unchecked_return_type = "VitConfig")]
    pub fn config(&self) -> JsValue {
        let json = serde_json::to_string(&self.inner.model.config).expect("a plain struct");
        JSON::parse(&json).expect("serde writes valid JSON")
    }
}

fn to_js(prediction: &Prediction, picture: &Picture) -> JsValue {
    let probabilities = Float32Array::from(prediction.probabilities.as_slice());
    object(&[
        ("digit", (prediction.digit as u32).into()),
        ("probabilities", probabilities.into()),
        ("milliseconds", prediction.milliseconds.into()),
        ("image", Float32Array::from(picture.as_slice()).into()),
    ])
}

/// An optional string property.
fn text(options: &JsValue, name: &'static str, expected: &'static str) -> Result<Option<String>> {
    let value = get(options, name);
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    value
        .as_string()
        .map(Some)
        .ok_or_else(|| wrong_type(name, &value, expected))
}

fn weights(options: &JsValue) -> Result<Vec<u8>> {
    let value = get(options, "weights");
    let bytes: &Uint8Array = value
        .dyn_ref()
        .ok_or_else(|| wrong_type("weights", &value, "a Uint8Array with a safetensors file"))?;
    Ok(bytes.to_vec())
}
