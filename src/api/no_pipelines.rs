//! Shaders, where there is no WebGPU: none.

use wasm_bindgen::prelude::*;

use crate::device::{Adapter, Fallback, Request, Selected};

pub async fn open(_: Request, _: &Result<Adapter, Fallback>, _: impl FnOnce() -> Vec<String>) {}

pub async fn compile(_: &Selected, _: impl FnOnce() -> Vec<String>) {}

pub fn compiled(_: &Selected) -> JsValue {
    JsValue::NULL
}
