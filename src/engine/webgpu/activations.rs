//! The values that the forward pass keeps for the backward pass.

use burn::cubecl::server::Handle;

/// The values that an encoder block's backward pass needs.
#[derive(Clone, Debug)]
pub struct BlockActivations {
    /// `[batch, tokens, width]`, what the block got.
    pub x: Handle,
    pub qkv: Handle,
    pub heads: Handle,
    /// `[batch, heads, tokens]`: logarithms of the logsumexp of the scores' exponentials.
    pub logsumexp: Handle,
    /// The values that the MLP got.
    pub middle: Handle,
    pub norms: [Normalized; 2],
}

/// Values before weight and bias, and 1 / √(variance + eps).
#[derive(Clone, Debug)]
pub struct Normalized {
    pub values: Handle,
    pub scales: Handle,
}

/// The values that the backward pass needs.
#[derive(Clone, Debug)]
pub struct Activations {
    pub images: Handle,
    pub blocks: Vec<BlockActivations>,
    pub head: Normalized,
}
