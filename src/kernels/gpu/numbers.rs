//! The numbers that shaders are filled with: a model's sizes, and where its parameters lie.

use super::shader::Shader;
use super::template::Values;
use crate::kernels::Layout;

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

/// Where parameters lie in their section: in vectors of four, but for the head.
pub fn offsets(values: &mut Values, layout: &Layout, shader: Shader) {
    let Layout { width, hidden, .. } = *layout;
    let patch = layout.channels * layout.patch_size.pow(2);
    let block = [3 * width * width, 3 * width, width * width, width];
    let block = block.into_iter().chain([width * hidden, hidden]);
    let block = block.chain([width * hidden, width, width, width, width, width]);
    let in_block: Vec<usize> = starts(block).iter().map(|at| at / 4).collect();
    let [
        qkv,
        qkv_bias,
        out,
        out_bias,
        first,
        first_bias,
        second,
        second_bias,
    ] = [0, 1, 2, 3, 4, 5, 6, 7].map(|index| in_block[index]);
    let norms = [[in_block[8], in_block[9]], [in_block[10], in_block[11]]];
    let mut set = |pairs: &[(&'static str, usize)]| {
        for &(name, value) in pairs {
            values.number(name, value);
        }
    };
    let norm = |index: usize| [("GAIN", norms[index][0]), ("SHIFT", norms[index][1])];
    let block = layout.block(0);
    let transposed = (block.end() - block.start) / 4;
    match shader {
        Shader::Embed | Shader::Pick | Shader::EmbedWeights => {
            let at = starts([patch * width, width, width, 0]);
            set(&[("WEIGHT", at[0] / 4), ("BIAS", at[1] / 4)]);
            set(&[("CLASS", at[2] / 4), ("POSITIONS", at[3] / 4)]);
        }
        Shader::Transpose | Shader::Reduce => {
            set(&[("QKV", 4 * qkv), ("OUT", 4 * out)]);
            set(&[("FIRST", 4 * first), ("SECOND", 4 * second)]);
        }
        Shader::Qkv | Shader::QkvBackward | Shader::QkvWeights => {
            set(&[("WEIGHT", qkv), ("BIAS", qkv_bias), ("OUT4", 3 * width / 4)]);
            set(&[("TRANSPOSED", transposed + qkv)]);
            set(&norm(0));
        }
        Shader::Project | Shader::ProjectBackward | Shader::ProjectWeights => {
            set(&[("WEIGHT", out), ("BIAS", out_bias), ("OUT4", width / 4)]);
            set(&[("TRANSPOSED", transposed + out), ("PLACE", 1)]);
            set(&norm(0));
        }
        Shader::Mlp | Shader::MlpBackward | Shader::MlpWeights => {
            set(&[("WEIGHT1", first), ("BIAS1", first_bias)]);
            set(&[("WEIGHT2", second), ("BIAS", second_bias), ("PLACE", 3)]);
            set(&[("TRANSPOSED1", transposed + first)]);
            set(&[("TRANSPOSED2", transposed + second)]);
            set(&norm(1));
        }
        Shader::Head | Shader::HeadBackward | Shader::HeadWeights => {
            let at = starts([width, width, width * layout.classes, 0]);
            set(&[("GAIN", at[0]), ("SHIFT", at[1])]);
            set(&[("WEIGHT", at[2]), ("BIAS", at[3])]);
        }
        _ => {}
    }
}

/// Where each of several runs of values starts.
fn starts(lengths: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut at = 0;
    lengths
        .into_iter()
        .map(|length| {
            let start = at;
            at += length;
            start
        })
        .collect()
}
