//! The CPU file's code in a browser, and the ndarray file's, which has all of it.
#![cfg(target_arch = "wasm32")]

#[path = "api.rs"]
mod api;
#[path = "data.rs"]
mod data;
#[path = "../common/engines.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod engines;
#[path = "../common/golden.rs"]
mod golden;
#[path = "../common/losses.rs"]
mod losses;
#[path = "training.rs"]
mod training;

use api::{code, load, load_default};
use vitpad::device;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// The devices that this file has.
const DEVICES: &[&str] = match cfg!(feature = "ndarray") {
    true => &["cpu", "ndarray"],
    false => &["cpu"],
};

#[wasm_bindgen_test]
async fn flex_matches_pytorch_with_hidden_width_768() {
    golden::hidden768().check(&device::cpu().device).await;
    golden::hidden768().check_model(&device::cpu().device).await;
}

#[wasm_bindgen_test]
async fn flex_matches_pytorch_with_hidden_width_2048() {
    golden::hidden2048().check(&device::cpu().device).await;
    golden::hidden2048()
        .check_model(&device::cpu().device)
        .await;
}

#[wasm_bindgen_test]
async fn flex_matches_pytorch_with_pre_norm() {
    golden::prenorm768().check(&device::cpu().device).await;
    golden::prenorm768()
        .check_model(&device::cpu().device)
        .await;
}

#[cfg(feature = "ndarray")]
#[wasm_bindgen_test]
async fn ndarray_matches_pytorch_on_every_variant() {
    let device = device::ndarray().expect("compiled in").device;
    for golden in [
        golden::hidden768(),
        golden::hidden2048(),
        golden::prenorm768(),
    ] {
        golden.check(&device).await;
        golden.check_model(&device).await;
    }
}

#[wasm_bindgen_test]
async fn the_engine_agrees_with_the_model() {
    engines::all(&device::cpu().device).await;
    engines::random(10, true, &device::cpu().device).await;
}

#[wasm_bindgen_test]
async fn classifier_reads_every_kind_of_image_on_each_device() {
    for device in DEVICES {
        let classifier = load_default(device).await;
        assert_eq!(api::device_kind(&classifier), *device);
        api::check_images(&classifier).await;
    }
}

#[wasm_bindgen_test]
async fn bad_input_is_a_typed_error_and_the_classifier_stays_usable() {
    api::check_bad_input(&load_default("cpu").await).await;
}

#[wasm_bindgen_test]
async fn bad_options_are_typed_errors() {
    api::check_bad_options().await;
}

#[wasm_bindgen_test]
async fn inputs_are_read_before_a_call_returns() {
    api::check_inputs_are_read_at_once().await;
}

#[wasm_bindgen_test]
async fn a_classifier_may_be_freed_while_it_reads() {
    api::check_free_in_flight(load_default("cpu").await).await;
}

#[wasm_bindgen_test]
async fn auto_takes_the_cpu_and_says_why() {
    let classifier = load_default("auto").await;
    assert_eq!(api::device_kind(&classifier), "cpu");
    assert!(api::fallback_code(&classifier).is_some());
}

#[wasm_bindgen_test]
async fn webgpu_by_name_is_refused() {
    let error = load("webgpu", api::DEFAULT_WEIGHTS)
        .await
        .err()
        .expect("no GPU code in this file");
    assert_eq!(code(&error), "device-unavailable");
}

#[wasm_bindgen_test]
async fn a_hundred_steps_follow_pytorch() {
    for name in ["published", "decayed", "accurate"] {
        losses::check(name, &device::cpu().device).await;
    }
}

#[cfg(feature = "ndarray")]
#[wasm_bindgen_test]
async fn a_hundred_steps_follow_pytorch_on_ndarray() {
    let device = device::ndarray().expect("compiled in").device;
    losses::check("accurate", &device).await;
}

#[wasm_bindgen_test]
async fn runs_are_resumed_bit_for_bit_on_each_device() {
    for device in DEVICES {
        training::check_run(device).await;
    }
}

#[wasm_bindgen_test]
async fn steps_are_iterated_and_aborted() {
    training::check_iteration().await;
}

#[wasm_bindgen_test]
async fn a_freed_trainer_is_not_iterated() {
    training::check_freed().await;
}

#[wasm_bindgen_test]
async fn calls_that_are_not_awaited_wait_for_each_other() {
    training::check_queue().await;
}

#[wasm_bindgen_test]
async fn bad_training_options_are_typed_errors() {
    training::check_bad_options().await;
}

#[wasm_bindgen_test]
fn data_sets_are_read_and_refused() {
    data::check_data();
}
