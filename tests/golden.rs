//! Parity with PyTorch on the native CPU device.
#![cfg(not(target_arch = "wasm32"))]

#[path = "common/golden.rs"]
mod golden;

use burn::tensor::Device;
use pollster::block_on;
use vitpad::device;
use vitpad::model::Dropout;

fn flex() -> Device {
    device::cpu().device
}

#[test]
fn flex_matches_pytorch_with_hidden_width_768() {
    block_on(golden::hidden768().check(&flex()));
    block_on(golden::hidden768().check_model(&flex()));
}

#[test]
fn flex_matches_pytorch_with_hidden_width_2048() {
    block_on(golden::hidden2048().check(&flex()));
    block_on(golden::hidden2048().check_model(&flex()));
}

#[test]
fn flex_matches_pytorch_with_pre_norm() {
    block_on(golden::prenorm768().check(&flex()));
    block_on(golden::prenorm768().check_model(&flex()));
}

#[test]
fn a_trace_holds_the_attention_that_made_the_output() {
    let golden = golden::prenorm768();
    let model = golden.model(&flex());
    let trace = model.trace(golden.images(&flex()), Dropout::NONE);
    let [batch, heads, tokens, head_width] = trace.blocks[0].attention.q.dims();
    assert_eq!((heads, tokens, head_width), (8, 50, 2));
    for block in trace.blocks {
        let probabilities = block.attention.probabilities;
        assert_eq!(probabilities.dims(), [batch, heads, tokens, tokens]);
        let sums = probabilities.sum_dim(3).into_data().try_into_vec::<f32>();
        let off = sums
            .expect("floats")
            .into_iter()
            .map(|sum| (sum - 1.0).abs());
        assert!(off.fold(0.0, f32::max) < 1e-5);
    }
}
