//! The shaders: templates, and what they are filled with for a model.

use super::constants::{float, offsets, sizes};
use super::template::Values;
use super::tiling::{Tiling, divisor};
use crate::config::{Activation, Norm};
use crate::engine::Normalization;
use crate::model::{Dropout, Layout};

macro_rules! shaders {
    ($($name:ident = $file:literal $(or $scalar:literal)?;)*) => {
        /// A kernel, described at the head of its template; some have another where invocations
        /// split nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Shader { $($name,)* }

        impl Shader {
            fn template(self, is_scalar: bool) -> &'static str {
                match self {
                    $($(Self::$name if is_scalar => {
                        include_str!(concat!("shaders/", $scalar, ".wgsl"))
                    })?
                    Self::$name => include_str!(concat!("shaders/", $file, ".wgsl")),)*
                }
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
    Mlp = "mlp" or "mlp_scalar";
    Head = "head";
    HeadBackward = "head_backward";
    HeadWeights = "head_weights";
    MlpBackward = "mlp_backward" or "mlp_backward_scalar";
    MlpWeights = "mlp_weights" or "mlp_weights_scalar";
    ProjectBackward = "project_backward";
    ProjectWeights = "weights";
    AttentionBackward = "attention_backward" or "attention_backward_scalar";
    QkvBackward = "qkv_backward";
    QkvWeights = "weights";
    EmbedWeights = "embed_weights";
    Reduce = "reduce";
    CrossEntropy = "cross_entropy";
    Gather = "gather";
    Adam = "adam";
    Clip = "clip";
}

fn included(name: &str) -> &'static str {
    match name {
        "embedded" => include_str!("shaders/embedded.wgsl"),
        "common" => include_str!("shaders/common.wgsl"),
        "products" => include_str!("shaders/products.wgsl"),
        "inputs" => include_str!("shaders/inputs.wgsl"),
        "zeros" => include_str!("shaders/zeros.wgsl"),
        "lanes" => include_str!("shaders/lanes.wgsl"),
        "accumulate" => include_str!("shaders/accumulate.wgsl"),
        "tile" => include_str!("shaders/tile.wgsl"),
        "written" => include_str!("shaders/written.wgsl"),
        "gathered" => include_str!("shaders/gathered.wgsl"),
        "summed" => include_str!("shaders/summed.wgsl"),
        "rows" => include_str!("shaders/rows.wgsl"),
        "normalize" => include_str!("shaders/normalize.wgsl"),
        "normalize_backward" => include_str!("shaders/normalize_backward.wgsl"),
        "group_sum" => include_str!("shaders/group_sum.wgsl"),
        "finished" => include_str!("shaders/finished.wgsl"),
        "hidden" => include_str!("shaders/hidden.wgsl"),
        "from_hidden" => include_str!("shaders/from_hidden.wgsl"),
        "own" => include_str!("shaders/own.wgsl"),
        "fetch" => include_str!("shaders/fetch.wgsl"),
        "attention_backward_buffers" => include_str!("shaders/attention_backward_buffers.wgsl"),
        "mlp_buffers" => include_str!("shaders/mlp_buffers.wgsl"),
        "mlp_backward_buffers" => include_str!("shaders/mlp_backward_buffers.wgsl"),
        "mlp_backward_ends" => include_str!("shaders/mlp_backward_ends.wgsl"),
        "part" => include_str!("shaders/part.wgsl"),
        _ => panic!("no template {name}"),
    }
}

/// The constants that dropout compiles into a shader.
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

/// Invocations of a workgroup that knows nothing of the adapter.
pub const PLAIN_WORKGROUP: usize = 64;

/// A shader, and the purpose that it is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Variant {
    pub shader: Shader,
    /// None for shaders of any model.
    pub model: Option<(Layout, Tiling)>,
    /// Classes, for the loss.
    pub classes: Option<usize>,
    /// The bits of mean and deviation, for images that are gathered.
    pub normalization: Option<[u32; 2]>,
    /// Whether a backward pass follows.
    pub keeps: bool,
    pub drop: Option<Drop>,
}

impl Variant {
    /// A shader of any model.
    pub fn plain(shader: Shader) -> Self {
        Self {
            shader,
            model: None,
            classes: None,
            normalization: None,
            keeps: false,
            drop: None,
        }
    }

    /// The mean cross-entropy of a batch.
    pub fn loss(classes: usize) -> Self {
        Self {
            classes: Some(classes),
            ..Self::plain(Shader::CrossEntropy)
        }
    }

    /// The embedding, for images that are still to be gathered.
    pub fn gathers(self, normalization: Normalization) -> Self {
        let Normalization { mean, deviation } = normalization;
        Self {
            shader: Shader::Gather,
            normalization: Some([mean, deviation].map(f32::to_bits)),
            ..self
        }
    }

    /// Invocations of a workgroup.
    pub fn workgroup(&self) -> usize {
        use Shader::{Attention, AttentionBackward, Gather};
        use Shader::{EmbedWeights, MlpWeights, ProjectWeights, QkvWeights};
        use Shader::{Head, HeadBackward, Reduce, Transpose};
        use Shader::{Mlp, MlpBackward};
        let Some((layout, tiling)) = self.model else {
            return PLAIN_WORKGROUP;
        };
        match self.shader {
            // These take parameters or images, not tokens, of which there may be few.
            Transpose | Reduce | Head | HeadBackward => PLAIN_WORKGROUP,
            Gather => tiling.image,
            Attention => tiling.head.unwrap_or(tiling.workgroup),
            AttentionBackward => tiling
                .head
                .map_or(tiling.workgroup, |workgroup| 2 * workgroup),
            Mlp | MlpBackward => tiling.mlp,
            MlpWeights if !tiling.is_scalar() => tiling.units / 4 * layout.width / 4,
            EmbedWeights | QkvWeights | ProjectWeights => tiling.tiles * tiling.split,
            _ => tiling.workgroup,
        }
    }

    pub fn source(&self) -> String {
        let mut values = Values::default();
        if let Some((layout, tiling)) = &self.model {
            sizes(&mut values, layout);
            offsets(&mut values, layout, self.shader);
            self.tiles(&mut values, layout, tiling);
            let (input, sum) = match (self.shader, layout.norm) {
                (Shader::Mlp, _) => ("residual", "y"),
                (Shader::MlpBackward, Norm::Pre) => ("x", "dnormed"),
                (Shader::MlpBackward, Norm::Post) => ("middle", "dx"),
                _ => ("x", "y"),
            };
            values.text("INPUT", input).text("SUM", sum);
            let pre = layout.norm == Norm::Pre;
            values.flag("PRE", pre).flag("POST", !pre);
            let activation = match layout.activation {
                Activation::Gelu => "GELU",
                Activation::Relu => "RELU",
            };
            for each in ["GELU", "RELU"] {
                values.flag(each, each == activation);
            }
            // What keys and values depend on is computed for all tokens, queries or not.
            let of_all = [
                Shader::Norm,
                Shader::Qkv,
                Shader::QkvBackward,
                Shader::QkvWeights,
            ];
            values.flag("ALL", of_all.contains(&self.shader));
            let (of_qkv, of_projection) = (
                self.shader == Shader::QkvWeights,
                self.shader == Shader::ProjectWeights,
            );
            values
                .flag("AFFINE", pre && of_qkv)
                .flag("NORM", pre && of_qkv || !pre && of_projection)
                .flag("DROPPED", of_projection);
        }
        if let Some(classes) = self.classes {
            values.number("CLASSES", classes);
        }
        if let Some([mean, deviation]) = self.normalization {
            values
                .constant("MEAN", &float(f32::from_bits(mean)))
                .constant("DEVIATION", &float(f32::from_bits(deviation)));
        }
        values.flag("SAVE", self.keeps);
        if let Some(drop) = self.drop {
            values
                .flag("DROP", true)
                .constant("THRESHOLD", &format!("{}u", drop.threshold))
                .constant("SCALE", &float(f32::from_bits(drop.scale_bits)));
        }
        let is_scalar = self.model.is_some_and(|(_, tiling)| tiling.is_scalar());
        let shader = values.fill(self.shader.template(is_scalar), included);
        let shuffles = self.model.is_some_and(|(_, tiling)| tiling.shuffles);
        // Browsers ask for the directive, and wgpu's own compiler refuses it.
        if shuffles && cfg!(target_family = "wasm") {
            format!("enable subgroups;\n{shader}")
        } else {
            shader
        }
    }

    fn tiles(&self, values: &mut Values, layout: &Layout, tiling: &Tiling) {
        use Shader::{Mlp, MlpBackward, MlpWeights, Project, ProjectBackward, QkvBackward};
        let shares_weights = matches!(self.shader, Mlp | MlpBackward) && !tiling.is_scalar();
        let (rows, columns) = match self.shader {
            MlpWeights => (tiling.chunk, 1),
            _ if shares_weights => (tiling.rows, 1),
            _ => (tiling.rows, tiling.columns),
        };
        // Inputs of a layer, in fours, whose weights are in a workgroup's memory at a time.
        let depth = |inputs| divisor(inputs, 4);
        let cooperating = [Project, Mlp, MlpBackward, ProjectBackward, QkvBackward];
        let lanes = if cooperating.contains(&self.shader) {
            tiling.lanes
        } else {
            1
        };
        values
            .number("ROWS", rows)
            .number("COLUMNS", columns)
            .number("HIDDEN", tiling.hidden)
            .number("DEPTH", depth(layout.width / 4))
            .number("HIDDEN_DEPTH", depth(tiling.hidden))
            .number("COLUMN_BLOCKS", layout.width / 4 / lanes)
            .text("MATRIX", if shares_weights { "tile" } else { "params" })
            .number("QUERIES", tiling.queries)
            .number("GROUPS", layout.tokens.div_ceil(tiling.queries))
            .number("UNITS", tiling.units)
            .number("INPUTS", tiling.inputs)
            .number("TILES", tiling.tiles)
            .number("SPLIT", tiling.split)
            .number("LANES", lanes)
            .number("WORKGROUP", self.workgroup())
            .flag("SHARED", tiling.head.is_some())
            .flag("COOPERATES", lanes > 1 || shares_weights)
            .flag("SHUFFLES", lanes > 1 && tiling.shuffles)
            .flag("IS_SPLIT", tiling.split > 1);
    }
}
