//! The shaders that a model is going to need, so that they can be compiled before.

use super::Training;
use super::shader::{Drop, Shader, Variant};
use super::tiling::Tiling;
use crate::config::Norm;
use crate::model::Layout;

/// Longest to compile first, so that none is left to wait for at the end.
const BACKWARD: [Shader; 11] = [
    Shader::MlpBackward,
    Shader::MlpWeights,
    Shader::AttentionBackward,
    Shader::QkvWeights,
    Shader::QkvBackward,
    Shader::ProjectBackward,
    Shader::ProjectWeights,
    Shader::EmbedWeights,
    Shader::HeadBackward,
    Shader::HeadWeights,
    Shader::Reduce,
];
const FORWARD: [Shader; 7] = [
    Shader::Mlp,
    Shader::Qkv,
    Shader::Attention,
    Shader::Project,
    Shader::Embed,
    Shader::Norm,
    Shader::Head,
];

/// Shaders, in WGSL, of inference on so many images.
pub fn to_infer(layout: Layout, batch: usize) -> Vec<String> {
    let variants = of_model(layout, batch, None, false, &FORWARD);
    variants.map(|variant| variant.source()).collect()
}

/// Shaders, in WGSL, of a training step.
pub fn to_train(layout: Layout, training: Training) -> Vec<String> {
    let Training {
        batch,
        dropout,
        clips,
        gathers,
    } = training;
    let both = [&BACKWARD[..], &FORWARD, &[Shader::Transpose]].concat();
    let drop = Drop::of(dropout);
    let both = of_model(layout, batch, drop, true, &both);
    both.map(|variant| match gathers {
        Some(normalization) if variant.shader == Shader::Embed => variant.gathers(normalization),
        _ => variant,
    })
    .chain([Variant::loss(layout.classes)])
    .chain([Variant::plain(Shader::Adam)])
    .chain(clips.then(|| Variant::plain(Shader::Clip)))
    .map(|variant| variant.source())
    .collect()
}

fn of_model(
    layout: Layout,
    batch: usize,
    drop: Option<Drop>,
    keeps: bool,
    shaders: &[Shader],
) -> impl Iterator<Item = Variant> {
    let tiling = Tiling::of(&layout, batch);
    let is_used = move |shader: &Shader| *shader != Shader::Norm || layout.norm == Norm::Pre;
    let used = shaders.iter().copied().filter(is_used);
    used.map(move |shader| Variant {
        model: Some((layout, tiling)),
        keeps,
        drop,
        ..Variant::plain(shader)
    })
}
