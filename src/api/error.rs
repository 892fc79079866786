//! Errors as JavaScript knows them.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::object::to_js;
use crate::error::Error;

/// A real `Error` with the message, a stable `code`, the values in the message, and whether another device may do better.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let js = js_sys::Error::new(&error.to_string());
        js.set_name("VitpadError");
        let set = |name: &str, value: JsValue| {
            Reflect::set(&js, &name.into(), &value).expect("errors are extensible");
        };
        set("code", error.code().into());
        set("values", to_js(&error));
        set("isDeviceFault", error.is_device_fault().into());
        js.into()
    }
}

/// An argument of another type than `expected`.
pub fn wrong_type(argument: &'static str, found: &JsValue, expected: &'static str) -> Error {
    Error::Argument {
        argument,
        found: found.js_typeof().as_string().unwrap_or_default(),
        expected,
    }
}
