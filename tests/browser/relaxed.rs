//! The kernels of the CPU file with relaxed SIMD, whose multiply-adds round once.
#![cfg(target_arch = "wasm32")]

#[path = "api.rs"]
mod api;
#[path = "../common/engines.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod engines;
#[path = "../common/golden.rs"]
mod golden;

use vitpad::device;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
async fn it_matches_pytorch_on_every_variant() {
    for golden in [
        golden::hidden768(),
        golden::hidden2048(),
        golden::prenorm768(),
    ] {
        golden.check(&device::cpu().device).await;
        golden.check_model(&device::cpu().device).await;
    }
}

#[wasm_bindgen_test]
async fn the_engine_agrees_with_the_model() {
    engines::all(&device::cpu().device).await;
    engines::random(10, true, &device::cpu().device).await;
}

#[wasm_bindgen_test]
async fn classifier_reads_every_kind_of_image() {
    let classifier = api::load_default("cpu").await;
    assert_eq!(api::device_kind(&classifier), "cpu");
    api::check_images(&classifier).await;
}
