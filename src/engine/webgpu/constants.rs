//! The constants that shaders are filled with: a model's sizes, and where its parameters lie.

use super::shader::Shader;
use super::template::Values;
use crate::model::Layout;
use crate::model::parameters::Parameter::*;

pub fn float(value: f32) -> String {
    format!("{value:e}")
}

/// The sizes of a model.
pub fn sizes(values: &mut Values, layout: &Layout) {
    let head_width = layout.width / layout.heads;
    let (part, parts) = match head_width {
        width if width.is_multiple_of(4) => ("vec4f", width / 4),
        width if width.is_multiple_of(2) => ("vec2f", width / 2),
        width => ("f32", width),
    };
    values
        .number("T", layout.tokens)
        .number("D", layout.width)
        .number("D4", layout.width / 4)
        .number("H", layout.heads)
        .number("F", layout.hidden)
        .number("F4", layout.hidden / 4)
        .number("C", layout.classes)
        .number("LAYERS", layout.layers)
        .number("SIDE", layout.image_size)
        .number("PATCH", layout.patch_size)
        .number("ACROSS", layout.image_size / layout.patch_size)
        .number("CHANNELS", layout.channels)
        .number("VALUES", layout.channels * layout.patch_size.pow(2))
        .number("PARAMETERS", layout.values())
        .number("PARTS", parts)
        .text("PART", part)
        .flag("WIDE", part != "f32")
        .constant("EPS", &float(f32::from_bits(layout.eps_bits)))
        .constant("ROOT", &float((head_width as f32).sqrt().recip()));
    let [embedding, block, head] = [layout.embedding(), layout.block(0), layout.head()];
    values
        .number("EMBEDDING", embedding.end())
        .number("EMBEDDING_USED", embedding.used)
        .number("BLOCK", block.end() - block.start)
        .number("BLOCK_USED", block.used)
        .number("HEAD_USED", head.used);
}

/// The places of parameters in their section: in vectors of four, but for the head.
pub fn offsets(values: &mut Values, layout: &Layout, shader: Shader) {
    let places = layout.places();
    let at = |parameter| places.offset(parameter) / 4;
    let width = layout.width;
    let block = layout.block(0);
    let transposed = (block.end() - block.start) / 4;
    let mut set = |pairs: &[(&'static str, usize)]| {
        for &(name, value) in pairs {
            values.number(name, value);
        }
    };
    let norm1 = [
        ("NORM_WEIGHT", at(Norm1Weight)),
        ("NORM_BIAS", at(Norm1Bias)),
    ];
    let norm2 = [
        ("NORM_WEIGHT", at(Norm2Weight)),
        ("NORM_BIAS", at(Norm2Bias)),
    ];
    match shader {
        Shader::Embed | Shader::Gather | Shader::EmbedWeights => {
            set(&[("WEIGHT", at(PatchWeight)), ("BIAS", at(PatchBias))]);
            set(&[("CLASS", at(ClassToken)), ("POSITIONS", at(Positions))]);
        }
        Shader::Transpose | Shader::Reduce => {
            set(&[
                ("QKV", 4 * at(InProjWeight)),
                ("OUT", 4 * at(OutProjWeight)),
            ]);
            set(&[
                ("FIRST", 4 * at(Linear1Weight)),
                ("SECOND", 4 * at(Linear2Weight)),
            ]);
        }
        Shader::Qkv | Shader::QkvBackward | Shader::QkvWeights => {
            set(&[("WEIGHT", at(InProjWeight)), ("BIAS", at(InProjBias))]);
            set(&[
                ("TRANSPOSED", transposed + at(InProjWeight)),
                ("OUT4", 3 * width / 4),
            ]);
            set(&norm1);
        }
        Shader::Project | Shader::ProjectBackward | Shader::ProjectWeights => {
            set(&[("WEIGHT", at(OutProjWeight)), ("BIAS", at(OutProjBias))]);
            set(&[
                ("TRANSPOSED", transposed + at(OutProjWeight)),
                ("OUT4", width / 4),
            ]);
            set(&[("PLACE", 1)]);
            set(&norm1);
        }
        Shader::Mlp | Shader::MlpBackward | Shader::MlpWeights => {
            set(&[("WEIGHT1", at(Linear1Weight)), ("BIAS1", at(Linear1Bias))]);
            set(&[("WEIGHT2", at(Linear2Weight)), ("BIAS", at(Linear2Bias))]);
            set(&[("TRANSPOSED1", transposed + at(Linear1Weight))]);
            set(&[
                ("TRANSPOSED2", transposed + at(Linear2Weight)),
                ("PLACE", 3),
            ]);
            set(&norm2);
        }
        Shader::Head | Shader::HeadBackward | Shader::HeadWeights => {
            let at = |parameter| places.offset(parameter);
            set(&[
                ("NORM_WEIGHT", at(HeadNormWeight)),
                ("NORM_BIAS", at(HeadNormBias)),
            ]);
            set(&[("WEIGHT", at(HeadWeight)), ("BIAS", at(HeadBias))]);
        }
        _ => {}
    }
}
