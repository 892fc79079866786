//! The shaders: templates, and what they are filled with for a model.

use super::layout::Layout;
use super::template::Values;
use super::tiling::Tiling;
use crate::config::{Activation, Norm};
use crate::kernels::Dropout;

macro_rules! shaders {
    ($($name:ident = $file:literal;)*) => {
        /// A kernel, described at the head of its template.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Shader { $($name,)* }

        impl Shader {
            fn template(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("wgsl/", $file, ".wgsl")),)* }
            }
        }
    };
}

shaders! {
    Transpose = "transpose";
    Embed = "embed";
    Norm = "norm";
    Qkv = "qkv";
    Attention = "attention";
    Project = "project";
    Mlp = "mlp";
    Head = "head";
    HeadBackward = "head_backward";
    HeadWeights = "head_weights";
    MlpBackward = "mlp_backward";
    MlpWeights = "mlp_weights";
    ProjectBackward = "project_backward";
    ProjectWeights = "weights";
    AttentionBackward = "attention_backward";
    QkvBackward = "qkv_backward";
    QkvWeights = "weights";
    EmbedWeights = "embed_weights";
    Reduce = "reduce";
    CrossEntropy = "cross_entropy";
    Scale = "scale";
    Pick = "pick";
    Adam = "adam";
    Clip = "clip";
}

fn included(name: &str) -> &'static str {
    match name {
        "common" => include_str!("wgsl/common.wgsl"),
        "products" => include_str!("wgsl/products.wgsl"),
        "inputs" => include_str!("wgsl/inputs.wgsl"),
        "zeros" => include_str!("wgsl/zeros.wgsl"),
        "rows" => include_str!("wgsl/rows.wgsl"),
        "normalize" => include_str!("wgsl/normalize.wgsl"),
        "normalize_backward" => include_str!("wgsl/normalize_backward.wgsl"),
        "finished" => include_str!("wgsl/finished.wgsl"),
        "hidden" => include_str!("wgsl/hidden.wgsl"),
        "part" => include_str!("wgsl/part.wgsl"),
        _ => panic!("no template {name}"),
    }
}

/// What dropout compiles into a shader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Drop {
    pub threshold: u32,
    pub scale_bits: u32,
}

impl Drop {
    /// None where nothing is dropped.
    pub fn of(dropout: Dropout) -> Option<Self> {
        let (threshold, scale) = dropout.threshold_and_scale();
        (!dropout.is_none()).then_some(Self {
            threshold,
            scale_bits: scale.to_bits(),
        })
    }
}

/// Which shader, for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Variant {
    pub shader: Shader,
    /// None for shaders of any model.
    pub model: Option<(Layout, Tiling)>,
    /// Images and classes, for the loss.
    pub logits: Option<[usize; 2]>,
    /// Side, and the bits of mean and deviation, for images.
    pub picture: Option<(usize, [u32; 2])>,
    /// Whether a backward pass follows.
    pub save: bool,
    pub drop: Option<Drop>,
}

impl Variant {
    /// Invocations of a workgroup.
    pub fn group(&self) -> usize {
        match self.model {
            // These take parameters, not tokens, of which there may be few.
            Some((_, tiling)) if !matches!(self.shader, Shader::Transpose | Shader::Reduce) => {
                tiling.group
            }
            _ => 64,
        }
    }

    pub fn source(&self) -> String {
        let mut values = Values::default();
        if let Some((layout, tiling)) = &self.model {
            sizes(&mut values, layout);
            offsets(&mut values, layout, self.shader);
            values
                .number("ROWS", tiling.rows)
                .number("COLUMNS", tiling.columns)
                .number("HIDDEN", tiling.hidden)
                .number("QUERIES", tiling.queries)
                .number("PARTIES", layout.tokens.div_ceil(tiling.queries))
                .number("UNITS", tiling.units)
                .number("INPUTS", tiling.inputs)
                .number("GROUP", self.group());
            let (input, sum) = match (self.shader, layout.norm) {
                (Shader::Mlp, _) => ("residual", "y"),
                (Shader::MlpBackward, Norm::Pre) => ("x", "dnormed"),
                (Shader::MlpBackward, Norm::Post) => ("middle", "dx"),
                _ => ("x", "y"),
            };
            values.text("INPUT", input).text("SUM", sum);
            let pre = layout.norm == Norm::Pre;
            values.flag("PRE", pre).flag("POST", !pre);
            values.flag("RELU", layout.activation == Activation::Relu);
            let (of_qkv, of_projection) = (
                self.shader == Shader::QkvWeights,
                self.shader == Shader::ProjectWeights,
            );
            values
                .flag("AFFINE", pre && of_qkv)
                .flag("NORM", pre && of_qkv || !pre && of_projection)
                .flag("DROPPED", of_projection);
        }
        if let Some([images, classes]) = self.logits {
            values.number("IMAGES", images).number("CLASSES", classes);
        }
        if let Some((side, [mean, deviation])) = self.picture {
            values
                .number("SIDE", side)
                .constant("MEAN", &float(f32::from_bits(mean)))
                .constant("DEVIATION", &float(f32::from_bits(deviation)));
        }
        values.flag("SAVE", self.save);
        if let Some(drop) = self.drop {
            values
                .flag("DROP", true)
                .constant("THRESHOLD", &format!("{}u", drop.threshold))
                .constant("SCALE", &float(f32::from_bits(drop.scale_bits)));
        }
        values.fill(self.shader.template(), included)
    }
}

fn float(value: f32) -> String {
    format!("{value:e}")
}

fn sizes(values: &mut Values, layout: &Layout) {
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
fn offsets(values: &mut Values, layout: &Layout, shader: Shader) {
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
        Shader::Embed | Shader::EmbedWeights => {
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
