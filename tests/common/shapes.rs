//! Shapes of models that property tests draw from.

/// Widths, each with a number of heads that divides it.
pub const SHAPES: [(usize, usize); 8] = [
    (16, 8),
    (16, 1),
    (12, 3),
    (20, 4),
    (32, 4),
    (32, 1),
    (64, 4),
    (8, 8),
];
