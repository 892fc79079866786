//! The model's layers with their gradients, on slices, matrices row by row.

mod activation;
mod adam;
mod attention;
mod class_attention;
mod cross_entropy;
mod dropout;
mod layer_norm;
mod linear;
mod mlp;

pub use adam::{clip_scale, update};
pub use attention::Attention;
pub use class_attention::ClassAttention;
pub use cross_entropy::cross_entropy;
pub use dropout::RowDropout;
pub use layer_norm::{LayerNorm, Saved};
pub use linear::Linear;
pub use mlp::{Mlp, MlpGradients};
