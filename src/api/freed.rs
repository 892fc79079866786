//! The error of who uses an object after `free()`.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::object::get;
use crate::error::Error;

#[wasm_bindgen(module = "/src/api/freed.js")]
extern "C" {
    #[wasm_bindgen(js_name = watchFreed)]
    fn watch_freed(object: &JsValue, make_error: &Function);
}

thread_local! {
    static MAKE_ERROR: Function =
        Closure::<dyn Fn() -> JsValue>::new(|| Error::Freed.into()).into_js_value().unchecked_into();
}

/// `object` of one of our classes as JavaScript gets it: its use after `free()` has code `freed`.
pub fn watched(object: impl Into<JsValue>) -> JsValue {
    let object = object.into();
    MAKE_ERROR.with(|make_error| watch_freed(&object, make_error));
    object
}

/// Whether a call failed since its object is freed.
pub fn is_freed(error: &JsValue) -> bool {
    get(error, "code") == Error::Freed.code()
}
