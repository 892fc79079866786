//! The WebGPU file's code in a browser with an adapter, if only a software one.
#![cfg(target_arch = "wasm32")]

#[path = "api.rs"]
mod api;
#[path = "../common/engines.rs"]
mod engines;
#[path = "../common/golden.rs"]
mod golden;
#[path = "training.rs"]
mod training;

use api::load_default;
use burn::tensor::Device;
use vitpad::device::{Adapter, Selected};
use vitpad::select::open_webgpu;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// With the tiles for a graphics card. Fails where there is no adapter: this target is for browsers
/// with one.
async fn webgpu() -> Device {
    webgpu_with(false, 0).await
}

/// `subgroup` is 4 on Chromium's software adapter, which has no larger ones.
async fn webgpu_with(for_software: bool, subgroup: usize) -> Device {
    let adapter = Adapter {
        description: "under test".into(),
        is_fallback: for_software,
        subgroup,
        has_timestamp_query: true,
    };
    ask_for_subgroups();
    let Selected { device, .. } = open_webgpu(&adapter).await.expect("an adapter");
    device
}

/// As `src/api/pipelines.js` does for the API.
fn ask_for_subgroups() {
    let ask = js_sys::Function::new_no_args(
        "const { prototype } = GPUAdapter;
        const { requestDevice } = prototype;
        prototype.requestDevice = function (descriptor) {
            prototype.requestDevice = requestDevice;
            const requiredFeatures = [...descriptor.requiredFeatures, 'subgroups'];
            return requestDevice.call(this, { ...descriptor, requiredFeatures });
        };",
    );
    ask.call0(&wasm_bindgen::JsValue::NULL).expect("WebGPU");
}

#[wasm_bindgen_test]
async fn webgpu_matches_pytorch_with_hidden_width_768() {
    golden::hidden768().check(&webgpu().await).await;
}

#[wasm_bindgen_test]
async fn webgpu_matches_pytorch_with_hidden_width_2048() {
    golden::hidden2048().check(&webgpu().await).await;
}

#[wasm_bindgen_test]
async fn webgpu_matches_pytorch_with_pre_norm() {
    golden::prenorm768().check(&webgpu().await).await;
}

/// With burn's own kernels, which this adapter takes long to compile: once.
#[wasm_bindgen_test]
async fn the_readable_model_matches_pytorch() {
    golden::prenorm768().check_model(&webgpu().await).await;
}

#[wasm_bindgen_test]
async fn the_engine_agrees_with_the_model() {
    engines::all(&webgpu().await).await;
}

#[wasm_bindgen_test]
async fn tiles_for_software_adapters_match_pytorch_and_the_cpu() {
    let device = webgpu_with(true, 0).await;
    golden::hidden768().check(&device).await;
    golden::prenorm768().check(&device).await;
    engines::all(&device).await;
}

#[wasm_bindgen_test]
async fn random_models_agree() {
    engines::random(8, false, &webgpu().await).await;
    engines::random(8, false, &webgpu_with(true, 0).await).await;
}

#[wasm_bindgen_test]
async fn subgroups_match_pytorch() {
    let device = webgpu_with(false, 4).await;
    golden::hidden768().check(&device).await;
    golden::prenorm768().check(&device).await;
}

#[wasm_bindgen_test]
async fn images_are_gathered_and_changed_as_on_the_cpu() {
    engines::gathers(&webgpu().await).await;
}

#[wasm_bindgen_test]
async fn probe_describes_the_adapter() {
    api::check_probe_with_adapter().await;
}

#[wasm_bindgen_test]
async fn classifier_reads_every_kind_of_image() {
    let classifier = load_default("webgpu").await;
    assert_eq!(api::device_kind(&classifier), "webgpu");
    api::check_images(&classifier).await;
    api::check_bad_input(&classifier).await;
}

#[wasm_bindgen_test]
async fn auto_leaves_a_software_adapter_to_the_cpu_and_says_why() {
    if !api::adapter_is_software().await {
        assert_eq!(api::device_kind(&load_default("auto").await), "webgpu");
        return;
    }
    let classifier = load_default("auto").await;
    assert_eq!(api::device_kind(&classifier), "cpu");
    assert_eq!(
        api::fallback_code(&classifier).as_deref(),
        Some("software-adapter")
    );
}

#[wasm_bindgen_test]
async fn runs_are_resumed() {
    training::check_run("webgpu").await;
}
