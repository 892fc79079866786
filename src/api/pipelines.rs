//! Shaders, compiled before their first launch.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::device::{self, Adapter, Fallback, Kind, Request, Selected};
use crate::error::Result;
use crate::select::open_webgpu;

#[wasm_bindgen(module = "/src/api/pipelines.js")]
extern "C" {
    #[wasm_bindgen(js_name = withPipelines)]
    fn with_pipelines(ask: &mut dyn FnMut());

    #[wasm_bindgen(js_name = isLost)]
    fn is_lost() -> bool;

    #[wasm_bindgen(js_name = makePipelines)]
    fn make_pipelines(shaders: Vec<String>) -> Promise;

    #[wasm_bindgen(js_name = compiledAhead)]
    fn compiled_ahead() -> JsValue;
}

/// Opens the device, if it is to be WebGPU, and compiles shaders on it, in WGSL, several at a time.
pub async fn open(
    request: Request,
    adapter: &Result<Adapter, Fallback>,
    shaders: impl FnOnce() -> Vec<String>,
) {
    let Ok(adapter) = adapter else { return };
    if adapter.check(request).is_err() {
        return;
    }
    let lock = OpeningLock::acquire().await;
    if is_lost() {
        device::forget_webgpu();
    }
    // Ignore errors here: `select` opens the device again and reports them.
    let opened = open_prepared(adapter).await;
    drop(lock);
    if opened.is_ok() {
        make(shaders()).await;
    }
}

/// The right to open the device: who waits for it finds the device open.
struct OpeningLock(Option<Function>);

thread_local! {
    /// Resolves once the last lock is released.
    static RELEASED: RefCell<Promise> = RefCell::new(Promise::resolve(&JsValue::UNDEFINED));
}

impl OpeningLock {
    async fn acquire() -> Self {
        let mut lock = Self(None);
        let released = Promise::new(&mut |resolve, _| lock.0 = Some(resolve));
        let previous = RELEASED.replace(released);
        // It is never rejected.
        let _ = JsFuture::from(previous).await;
        lock
    }
}

impl Drop for OpeningLock {
    fn drop(&mut self) {
        if let Some(resolve) = self.0.take() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Opens the device, which asks for its adapter before it waits for anything.
async fn open_prepared(adapter: &Adapter) -> Result<Selected, Fallback> {
    let mut opening = pin!(open_webgpu(adapter));
    let first = poll_fn(|context| {
        let mut first = Poll::Pending;
        with_pipelines(&mut || first = opening.as_mut().poll(context));
        Poll::Ready(first)
    });
    match first.await {
        Poll::Ready(opened) => opened,
        Poll::Pending => opening.await,
    }
}

/// Compiles shaders for what a device is to do next.
pub async fn compile(selected: &Selected, shaders: impl FnOnce() -> Vec<String>) {
    if selected.kind == Kind::WebGpu {
        make(shaders()).await;
    }
}

async fn make(shaders: Vec<String>) {
    // It is never rejected: what fails is compiled, and reported, at its launch.
    let _ = JsFuture::from(make_pipelines(shaders)).await;
}

/// The number of shaders that were compiled ahead, and in how many milliseconds; null for other devices.
pub fn compiled(selected: &Selected) -> JsValue {
    if selected.kind == Kind::WebGpu {
        compiled_ahead()
    } else {
        JsValue::NULL
    }
}
