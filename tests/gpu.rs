//! The GPU's kernels natively, on a machine with Vulkan, Metal or DirectX:
//! `cargo test --features webgpu --test gpu`. Browsers run the same on Chromium's software adapter.
#![cfg(not(target_arch = "wasm32"))]

#[path = "common/golden.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod golden;
#[path = "common/kernels.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod kernels;
#[path = "common/whole.rs"]
mod whole;

use burn::tensor::Device;
use pollster::block_on;
use vitpad::kernels::gpu;

#[test]
fn whole_model_agrees_with_the_cpu() {
    let device = Device::wgpu_options().init().expect("a graphics adapter");
    block_on(whole::picks(&device));
    // There are smaller subgroups than 4 nowhere.
    for (software, subgroup) in [(true, 0), (false, 0), (false, 4)] {
        gpu::adapt_to(software, subgroup);
        block_on(whole::all(&device));
        block_on(whole::random(6, &device));
        block_on(whole::picks_as_it_embeds(&device));
    }
    let sizes = kernels::Sizes {
        batch: 70,
        tokens: 1,
        width: 10,
        heads: 1,
        hidden: 9,
    };
    block_on(kernels::cross_entropy(sizes, &device));
    block_on(kernels::adam(sizes, &device));
    for golden in [
        golden::hidden768(),
        golden::hidden2048(),
        golden::prenorm768(),
    ] {
        block_on(golden.check(&device));
    }
}
