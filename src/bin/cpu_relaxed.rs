//! The CPU file with fused multiply-adds, for engines that have relaxed SIMD.

use vitpad as _;

fn main() {}
