//! Tile and workgroup sizes, for the adapter at hand.

use super::limits::{LARGEST_WORKGROUP, MOST_WORKGROUPS};
use crate::model::Layout;

/// One image has fewer tokens: small workgroups find more of the processors.
const FEW: usize = 512;

/// Invocations that graphics cards run in step, at most.
const WARP: usize = 32;
/// Half of WebGPU's default limit of a workgroup's invocations: they are queries, or keys.
const LARGEST_HEAD: usize = 256 / 2;
/// WebGPU's default limit of a workgroup's memory, in values of 4 bytes.
const LARGEST_SHARED: usize = 16_384 / 4;

/// The work of an invocation, and the number of invocations in a workgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tiling {
    /// Invocations of a workgroup that gathers an image and embeds it.
    pub image: usize,
    /// Tokens of a group of invocations: weights are read once for all of them.
    pub rows: usize,
    /// Outputs of a linear layer at a time, in fours: inputs are read once for all of them.
    pub columns: usize,
    /// Hidden activations of a group at a time, in fours.
    pub hidden: usize,
    /// Invocations of a group: each computes a part of its tokens' outputs.
    pub lanes: usize,
    /// Queries of an invocation.
    pub queries: usize,
    /// Workgroup size when one workgroup holds a whole head's keys and values in shared memory; None
    /// if they don't fit.
    pub head: Option<usize>,
    /// Workgroup size of the other shaders that take tokens.
    pub workgroup: usize,
    /// Workgroup size of the MLP, whose weights pass through shared memory.
    pub mlp: usize,
    /// Hidden units whose weights' gradients a workgroup sums; an invocation, if it is scalar.
    pub units: usize,
    /// Tokens whose hidden activations an invocation of such a workgroup computes at a time.
    pub chunk: usize,
    /// Inputs of a linear layer, in fours, whose weights' gradients an invocation sums.
    pub inputs: usize,
    /// Tiles of such weights that a workgroup takes.
    pub tiles: usize,
    /// Invocations among which a tile's sums are split.
    pub split: usize,
    /// Whether a group's invocations hand sums to each other directly.
    pub shuffles: bool,
}

impl Tiling {
    pub fn of(layout: &Layout, batch: usize) -> Self {
        let tokens = batch * layout.tokens;
        let [width, hidden] = [layout.width, layout.hidden].map(|size| size / 4);
        let workgroup = |preferred: usize| -> usize {
            let least = layout.invocations(batch).div_ceil(MOST_WORKGROUPS);
            preferred
                .max(least.next_power_of_two())
                .min(LARGEST_WORKGROUP)
        };
        let most = divisor(width, 4).min(divisor(hidden, 4));
        if super::is_software() {
            let workgroup = workgroup(if tokens < FEW { 4 } else { 16 });
            // Its registers are memory anyway, and a load costs it as much as several products.
            return Self {
                image: 64,
                rows: if tokens < FEW { 4 } else { 8 },
                columns: most,
                hidden: divisor(hidden, 16),
                lanes: 1,
                queries: 4,
                head: None,
                workgroup,
                mlp: workgroup,
                units: if width <= 16 { 4 } else { 2 },
                chunk: 1,
                inputs: divisor(width, 4),
                tiles: 16,
                split: 1,
                shuffles: false,
            };
        }
        // Thousands of invocations hide what a load takes, so a token is for several.
        let lanes = divisor(width, 16);
        Self {
            image: 256,
            rows: 2,
            columns: if width < 16 { divisor(most, 2) } else { 1 },
            hidden: divisor(hidden, lanes),
            lanes,
            queries: 1,
            head: head_workgroup(layout, batch),
            workgroup: workgroup(32),
            mlp: workgroup(32).max(16 * lanes),
            units: 4 * (64 / width).clamp(1, hidden),
            chunk: 2,
            inputs: 1,
            tiles: 32,
            split: 4,
            shuffles: lanes <= super::subgroup(),
        }
    }

    /// Whether each invocation works for itself: shared memory and barriers slow software adapters. On
    /// Chromium's, a step of `default` takes 0.80 s like this, and 3.8 s with a card's sizes
    /// (`reference` 0.88 and 2.7 s), an image 7.5 and 27 ms.
    pub fn is_scalar(&self) -> bool {
        self.split == 1
    }
}

/// Invocations of a workgroup for a head's tokens, if it can keep what attention's gradients need:
/// queries, keys, values and the output's gradient, and two numbers for each token.
fn head_workgroup(layout: &Layout, batch: usize) -> Option<usize> {
    let values = layout.tokens * (4 * layout.width / layout.heads + 2);
    let workgroup = layout.tokens.next_multiple_of(WARP);
    let fits = values <= LARGEST_SHARED && workgroup <= LARGEST_HEAD;
    (fits && batch * layout.heads <= MOST_WORKGROUPS).then_some(workgroup)
}

/// The largest number up to `most`, a power of two, that divides `count`.
pub fn divisor(count: usize, most: usize) -> usize {
    if count.is_multiple_of(most) {
        most
    } else {
        divisor(count, most / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::VitConfig;

    /// Bytes of workgroup memory that WebGPU has at least.
    const MEMORY: usize = 16_384;
    /// Bytes of four float32.
    const VECTOR: usize = 16;

    #[test]
    fn workgroup_memory_and_dispatches_suffice() {
        for width in (4..=128).step_by(4) {
            for hidden in [4, 20, 128, 768, 2_048] {
                let config = VitConfig {
                    width,
                    heads: width / 4,
                    hidden,
                    ..VitConfig::reference()
                };
                let layout = Layout::of(&config);
                for batch in [1, 64, 1_000, 4_000] {
                    fits(&Tiling::of(&layout, batch), &layout, batch);
                }
            }
        }
    }

    fn fits(tiling: &Tiling, layout: &Layout, batch: usize) {
        assert!(!tiling.is_scalar());
        let groups = tiling.mlp / tiling.lanes;
        let mlp = groups * tiling.hidden * tiling.rows + 16 * tiling.lanes;
        let sums = tiling.mlp * VECTOR / 2;
        assert!(mlp * VECTOR + sums <= MEMORY, "{tiling:?}");
        let chunk = layout.width / 4 * tiling.chunk * tiling.units / 4;
        assert!(2 * chunk * VECTOR <= MEMORY, "{tiling:?}");
        assert!(tiling.tiles * tiling.split <= 256, "{tiling:?}");
        assert!(tiling.units / 4 * layout.width / 4 <= 256, "{tiling:?}");
        let workgroups = layout.invocations(batch).div_ceil(tiling.workgroup);
        assert!(
            workgroups <= MOST_WORKGROUPS || !layout.takes(batch),
            "{tiling:?}"
        );
    }
}
