//! Async iterators, which `for await` takes.

use std::rc::Rc;

use js_sys::{Promise, Reflect, Symbol};
use wasm_bindgen::prelude::*;

use super::object::{get, object};
use super::run::Run;

/// An async iterator over steps that pulls one at each `next()`.
pub fn iterator(run: &Rc<Run>, signal: JsValue) -> JsValue {
    let result = |value: JsValue, done: bool| object(&[("value", value), ("done", done.into())]);
    let run = run.clone();
    let next = Closure::<dyn Fn() -> Promise>::new(move || {
        let (run, signal) = (run.clone(), signal.clone());
        let queue = run.clone();
        queue.queue(async move {
            if run.trainer.borrow().is_done() {
                return Ok(result(JsValue::UNDEFINED, true));
            }
            Ok(result(run.steps(1, &signal).await?, false))
        })
    });
    let end = Closure::<dyn Fn() -> Promise>::new(move || {
        Promise::resolve(&result(JsValue::UNDEFINED, true))
    });
    let iterator = object(&[
        ("next", next.into_js_value()),
        ("return", end.into_js_value()),
    ]);
    // It returns its `this`; a closure of ours would keep the iterator alive for ever.
    let object = get(&js_sys::global(), "Object");
    set_async_iterator(&iterator, &get(&get(&object, "prototype"), "valueOf"));
    iterator
}

pub fn set_async_iterator(object: &JsValue, function: &JsValue) {
    Reflect::set(object, &Symbol::async_iterator(), function)
        .expect("an object of ours takes any property");
}
