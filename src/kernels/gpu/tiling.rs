//! How a shader's work is cut, for the adapter at hand.

use super::layout::Layout;

/// One image has fewer tokens: small workgroups find more of the processors.
const FEW: usize = 512;

/// How much an invocation does, and how many make a workgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tiling {
    /// Tokens of an invocation: weights are read once for all of them.
    pub rows: usize,
    /// Outputs of a linear layer at a time, in fours: inputs are read once for all of them.
    pub columns: usize,
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
        let width = layout.width;
        let most = divisor(width / 4, 4).min(divisor(layout.hidden / 4, 4));
        if super::is_software() {
            // Its registers are memory anyway, and a load costs it as much as several products.
            return Self {
                rows: if tokens < FEW { 4 } else { 8 },
                columns: divisor(most, 4),
                hidden: divisor(layout.hidden / 4, 16),
                units: if width <= 64 { 4 } else { 2 },
                inputs: divisor(width / 4, 4),
                queries: 4,
                group: if tokens < FEW { 4 } else { 16 },
            };
        }
        // With few tokens, more invocations are worth more than fewer loads.
        let few = tokens < 16_384;
        Self {
            rows: if few { 1 } else { 4 },
            columns: divisor(most, if few { 2 } else { 4 }),
            hidden: divisor(layout.hidden / 4, 4),
            units: (32 / width).clamp(1, 2),
            inputs: 1,
            queries: 1,
            group: if tokens < FEW { 16 } else { 64 },
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
