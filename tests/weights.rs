//! Weights files: what is written is read back, and every wrong file says what is wrong.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::HashMap;

use burn::tensor::Device;
use pollster::block_on;
use proptest::prelude::*;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use vitpad::files::Precision;
use vitpad::model::Layout;
use vitpad::{VisionTransformer, VitConfig, device};

const DEFAULT: &[u8] = include_bytes!("../www/weights/default.safetensors");
/// Written by PyTorch, without a configuration.
const PYTORCH: &[u8] = include_bytes!("fixtures/golden/hidden768/state.safetensors");

fn cpu() -> Device {
    device::cpu().device
}

fn small() -> VisionTransformer {
    let config = VitConfig {
        width: 8,
        heads: 2,
        layers: 1,
        hidden: 4,
        ..VitConfig::default()
    };
    config.init(7, &cpu()).unwrap()
}

/// Every parameter.
fn values(model: &VisionTransformer) -> Vec<Vec<f32>> {
    let flat: Vec<f32> = model.parameters.to_data().try_into_vec().unwrap();
    let entries = Layout::of(&model.config).entries();
    entries.map(|entry| entry.unpack(&flat)).collect()
}

fn save(model: &VisionTransformer, precision: Precision) -> Vec<u8> {
    block_on(model.to_safetensors(precision, &[])).unwrap()
}

/// Name, dtype, shape and bytes of one tensor.
type Entry = (String, Dtype, Vec<usize>, Vec<u8>);

/// A small model's file after a change to its tensors.
fn changed(change: impl FnOnce(&mut Vec<Entry>)) -> Vec<u8> {
    let bytes = save(&small(), Precision::Float32);
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut entries: Vec<Entry> = file
        .iter()
        .map(|(name, view)| {
            let data = view.data().to_vec();
            (name.into(), view.dtype(), view.shape().to_vec(), data)
        })
        .collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    change(&mut entries);
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let views = entries.iter().map(|(name, dtype, shape, data)| {
        let view = TensorView::new(*dtype, shape.clone(), data).unwrap();
        (name, view)
    });
    safetensors::serialize(views, header.metadata().clone()).unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    let error = VisionTransformer::from_safetensors(bytes, None, &cpu()).unwrap_err();
    format!("{}: {error}", error.code())
}

#[test]
fn float32_files_are_read_back_exactly() {
    let model = small();
    let file = save(&model, Precision::Float32);
    let read = VisionTransformer::from_safetensors(&file, None, &cpu()).unwrap();
    assert_eq!(read.config, model.config);
    assert_eq!(values(&read), values(&model));
}

#[test]
fn float16_files_are_half_the_size_and_read_back_rounded() {
    let model = small();
    let file = save(&model, Precision::Float16);
    let read = values(&VisionTransformer::from_safetensors(&file, None, &cpu()).unwrap());
    for (read, exact) in read.iter().zip(values(&model)) {
        for (read, exact) in read.iter().zip(exact) {
            assert!((read - exact).abs() <= exact.abs() * 4.9e-4 + 3e-8);
        }
    }
    let parameters = model.config.parameters() as usize;
    let saved = save(&model, Precision::Float32).len() - file.len();
    assert!(saved.abs_diff(2 * parameters) < 64, "{saved} bytes saved");
}

#[test]
fn names_and_shapes_are_those_that_pytorch_wrote() {
    let config = VitConfig::reference();
    let model = VisionTransformer::from_safetensors(PYTORCH, Some(&config), &cpu()).unwrap();
    let shapes = |bytes: &[u8]| -> HashMap<String, Vec<usize>> {
        let file = SafeTensors::deserialize(bytes).unwrap();
        file.iter()
            .map(|(name, view)| (name.into(), view.shape().to_vec()))
            .collect()
    };
    assert_eq!(shapes(&save(&model, Precision::Float32)), shapes(PYTORCH));
}

#[test]
fn a_file_without_configuration_needs_a_preset() {
    let message = refusal(PYTORCH);
    assert!(message.starts_with("weights-config: "), "{message}");
    assert!(message.contains("name a preset"), "{message}");
}

#[test]
fn another_preset_than_the_files_names_the_tensor_and_both_shapes() {
    let error = VisionTransformer::from_safetensors(PYTORCH, Some(&VitConfig::default()), &cpu())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"tensor "embeddings_block.patcher.0.weight" has shape [16, 1, 4, 4], expected [64, 1, 4, 4]"#
    );
}

#[test]
fn says_which_tensor_is_wrong_and_how() {
    let missing = changed(|all| all.retain(|(name, ..)| name != "mlp_head.0.bias"));
    assert_eq!(
        refusal(&missing),
        r#"missing-tensor: tensor "mlp_head.0.bias" is missing, expected shape [8]"#
    );
    let extra = changed(|all| all.push(("more".into(), Dtype::F32, vec![1], vec![0; 4])));
    assert_eq!(
        refusal(&extra),
        r#"extra-tensor: tensor "more" of shape [1] does not belong to this model"#
    );
    let bias = |all: &mut Vec<Entry>| {
        let found = all.iter().position(|entry| entry.0 == "mlp_head.1.bias");
        found.unwrap()
    };
    let shape = changed(|all| {
        let index = bias(all);
        (all[index].2, all[index].3) = (vec![2], vec![0; 8]);
    });
    assert_eq!(
        refusal(&shape),
        r#"tensor-shape: tensor "mlp_head.1.bias" has shape [2], expected [10]"#
    );
    let dtype = changed(|all| {
        let index = bias(all);
        all[index].1 = Dtype::I32;
    });
    assert_eq!(
        refusal(&dtype),
        r#"tensor-type: tensor "mlp_head.1.bias" has dtype I32, expected F32 or F16"#
    );
    let nan = changed(|all| {
        let index = bias(all);
        all[index].3[4..8].copy_from_slice(&f32::NAN.to_le_bytes());
    });
    assert_eq!(
        refusal(&nan),
        r#"tensor-value: tensor "mlp_head.1.bias" holds NaN at index 1, expected finite numbers"#
    );
}

#[test]
fn says_of_other_files_that_they_are_none() {
    for bytes in [
        &b""[..],
        b"GIF89a, which is a picture",
        &DEFAULT[..DEFAULT.len() - 1],
    ] {
        let message = refusal(bytes);
        assert!(message.starts_with("not-safetensors: "), "{message}");
    }
}

proptest! {
    #[test]
    fn never_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let config = VitConfig::default();
        prop_assert!(VisionTransformer::from_safetensors(&bytes, Some(&config), &cpu()).is_err());
    }

    #[test]
    fn never_panics_on_a_damaged_header(index in 0usize..4000, byte in any::<u8>()) {
        let mut bytes = save(&small(), Precision::Float16);
        let index = index % bytes.len();
        bytes[index] = byte;
        // Either still a model, or an error.
        let _ = VisionTransformer::from_safetensors(&bytes, None, &cpu());
    }
}
