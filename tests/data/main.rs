//! The data module by its public face: MNIST's files in, drawings to pictures.
#![cfg(not(target_arch = "wasm32"))]

mod augment;
mod idx;
mod image;
mod random;
mod strokes;
mod synthetic;
mod training;

use vitpad::data::{Picture, Stroke, Width};

const SIDE: usize = 28;

fn stroke(points: &[[f32; 2]], width: f32) -> Stroke {
    Stroke {
        points: points.to_vec(),
        width: Width::Even(width),
    }
}

/// The middles of an image's pixels, row by row.
fn points(side: usize) -> impl Iterator<Item = (f32, f32)> {
    (0..side * side).map(move |i| ((i % side) as f32 + 0.5, (i / side) as f32 + 0.5))
}

/// First and end column, first and end row of what is visible.
fn bounds(picture: &Picture) -> [usize; 4] {
    let ink = || (0..SIDE * SIDE).filter(|&i| picture[i] > 0.05);
    let (columns, rows) = (|| ink().map(|i| i % SIDE), || ink().map(|i| i / SIDE));
    [
        columns().min().unwrap(),
        columns().max().unwrap() + 1,
        rows().min().unwrap(),
        rows().max().unwrap() + 1,
    ]
}
