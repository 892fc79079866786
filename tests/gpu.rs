//! The engine of WebGPU natively, on a machine with Vulkan, Metal or DirectX:
//! `cargo test --features webgpu --test gpu`. Browsers run the same on Chromium's software adapter.
#![cfg(not(target_arch = "wasm32"))]

#[path = "common/engines.rs"]
mod engines;
#[path = "common/golden.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod golden;

use burn::tensor::Device;
use pollster::block_on;
use vitpad::engine::webgpu::adapt_to;

#[test]
fn the_engine_agrees_with_the_model() {
    let device = Device::wgpu_options().init().expect("a graphics adapter");
    // There are smaller subgroups than 4 nowhere.
    for (software, subgroup) in [(true, 0), (false, 0), (false, 4)] {
        adapt_to(software, subgroup);
        block_on(engines::all(&device));
        block_on(engines::random(6, false, &device));
        block_on(engines::gathers(&device));
    }
    for golden in [
        golden::hidden768(),
        golden::hidden2048(),
        golden::prenorm768(),
    ] {
        block_on(golden.check(&device));
        block_on(golden.check_model(&device));
    }
}
