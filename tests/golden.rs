//! Parity with PyTorch on the native CPU device.
#![cfg(not(target_arch = "wasm32"))]

#[path = "common/golden.rs"]
mod golden;

use burn::tensor::Device;
use pollster::block_on;
use vitpad::device;

fn flex() -> Device {
    device::cpu().device
}

#[test]
fn flex_matches_pytorch_with_hidden_width_768() {
    block_on(golden::hidden768().check(&flex()));
}

#[test]
fn flex_matches_pytorch_with_hidden_width_2048() {
    block_on(golden::hidden2048().check(&flex()));
}

#[test]
fn flex_matches_pytorch_with_pre_norm() {
    block_on(golden::prenorm768().check(&flex()));
}
