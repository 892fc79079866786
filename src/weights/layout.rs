//! Names and shapes of the tensors in a file.

use crate::config::VitConfig;

/// One tensor of a file.
pub struct TensorSpec {
    pub name: String,
    /// In PyTorch's layout: linear weights are `[outputs, inputs]`.
    pub shape: Vec<usize>,
}

/// Every tensor that a file for this configuration holds.
pub fn tensor_specs(config: &VitConfig) -> Vec<TensorSpec> {
    let VitConfig {
        width,
        hidden,
        channels,
        patch_size,
        classes,
        ..
    } = *config;
    let mut specs = Vec::new();
    let mut add = |name: String, shape: &[usize]| {
        specs.push(TensorSpec {
            name,
            shape: shape.to_vec(),
        });
    };
    let embedding = |name: &str| format!("embeddings_block.{name}");
    add(embedding("cls_token"), &[1, 1, width]);
    add(
        embedding("position_embeddings"),
        &[1, config.tokens(), width],
    );
    add(
        embedding("patcher.0.weight"),
        &[width, channels, patch_size, patch_size],
    );
    add(embedding("patcher.0.bias"), &[width]);
    for index in 0..config.layers {
        let layer = |name: &str| format!("encoder_blocks.layers.{index}.{name}");
        add(layer("self_attn.in_proj_weight"), &[3 * width, width]);
        add(layer("self_attn.in_proj_bias"), &[3 * width]);
        add(layer("self_attn.out_proj.weight"), &[width, width]);
        add(layer("self_attn.out_proj.bias"), &[width]);
        add(layer("linear1.weight"), &[hidden, width]);
        add(layer("linear1.bias"), &[hidden]);
        add(layer("linear2.weight"), &[width, hidden]);
        add(layer("linear2.bias"), &[width]);
        for norm in ["norm1", "norm2"] {
            add(layer(&format!("{norm}.weight")), &[width]);
            add(layer(&format!("{norm}.bias")), &[width]);
        }
    }
    add("mlp_head.0.weight".into(), &[width]);
    add("mlp_head.0.bias".into(), &[width]);
    add("mlp_head.1.weight".into(), &[classes, width]);
    add("mlp_head.1.bias".into(), &[classes]);
    specs
}

/// Rust paths of parameters and what PyTorch calls them, applied from top to bottom.
const RENAMES: [(&str, &str); 9] = [
    ("embedding.projection", "embeddings_block.patcher.0"),
    ("embedding.class_token", "embeddings_block.cls_token"),
    (
        "embedding.positions",
        "embeddings_block.position_embeddings",
    ),
    ("blocks.", "encoder_blocks.layers."),
    ("attention.in_proj.", "self_attn.in_proj_"),
    ("attention.out_proj", "self_attn.out_proj"),
    ("mlp.", ""),
    ("head.norm", "mlp_head.0"),
    ("head.linear", "mlp_head.1"),
];

/// The name in a file of the parameter at this path of the Rust model.
pub fn file_name(path: &[String]) -> String {
    RENAMES.iter().fold(path.join("."), |name, (ours, theirs)| {
        name.replacen(ours, theirs, 1)
    })
}
