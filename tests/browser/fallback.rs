//! The WebGPU file's code in a browser without any adapter.
#![cfg(target_arch = "wasm32")]

#[path = "api.rs"]
mod api;

use api::{code, load, load_default};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
async fn auto_takes_the_cpu_and_says_why() {
    let classifier = load_default("auto").await;
    assert_eq!(api::device_kind(&classifier), "cpu");
    let reason = api::fallback_code(&classifier).expect("a reason");
    assert!(
        ["no-adapter", "no-webgpu"].contains(&reason.as_str()),
        "{reason}"
    );
    api::check_images(&classifier).await;
}

#[wasm_bindgen_test]
async fn webgpu_by_name_is_refused() {
    let error = load("webgpu", api::DEFAULT_WEIGHTS)
        .await
        .err()
        .expect("no adapter");
    assert_eq!(code(&error), "device-unavailable");
}
