//! How a shader's work is cut, for the adapter at hand.

use super::layout::Layout;

/// How much an invocation does, and how many make a workgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tiling {
    /// Tokens of an invocation: weights are read once for all of them, as far as registers go.
    pub rows: usize,
    /// Hidden activations at a time, in fours.
    pub hidden: usize,
    /// Hidden units whose gradients an invocation sums.
    pub units: usize,
    /// Inputs of a linear layer, in fours, whose weights' gradients an invocation sums.
    pub inputs: usize,
    /// Queries of an invocation.
    pub queries: usize,
    pub group: usize,
}

impl Tiling {
    pub fn of(layout: &Layout, batch: usize) -> Self {
        let tokens = batch * layout.tokens;
        // One image has few tokens, for which small workgroups find more of the processors.
        let group = if tokens < 512 { 16 } else { 64 };
        let width = layout.width;
        if super::is_software() {
            // Its registers are memory anyway, and a load costs it as much as ten products.
            return Self {
                rows: (256 / width).clamp(1, 8),
                hidden: divisor(layout.hidden / 4, if width <= 32 { 4 } else { 2 }),
                units: (128 / width).clamp(1, 4),
                inputs: divisor(width / 4, 4),
                queries: 4,
                group,
            };
        }
        // With few tokens, more invocations are worth more than fewer loads.
        let rows = if tokens < 16_384 { 1 } else { 128 / width };
        Self {
            rows: rows.clamp(1, 4),
            hidden: divisor(layout.hidden / 4, 2),
            units: (32 / width).clamp(1, 2),
            inputs: 1,
            queries: 1,
            group,
        }
    }
}

/// The largest number up to `most`, a power of two, that divides `count`.
fn divisor(count: usize, most: usize) -> usize {
    if count.is_multiple_of(most) {
        most
    } else {
        divisor(count, most / 2)
    }
}
