//! From a drawing to a picture as MNIST's were made: the ink fits a box of 20x20 pixels, keeping
//! its aspect ratio, and its centre of mass lies where MNIST's does in 28x28.

mod rgba;
mod strokes;

pub use crate::error::DrawingError;
pub use rgba::from_rgba;
pub(super) use strokes::rasterize_lines;
pub use strokes::{Stroke, Width, rasterize};

/// Pixels along each side of a picture.
pub const SIDE: usize = 28;
/// The place of MNIST's centres of mass, in pixels from the left and from the top: the mean over
/// its training images is 14.50.
pub const CENTRE: f32 = 14.5;
/// The side of the box that the ink fits, in pixels.
pub const BOX: f32 = 20.0;

/// The narrowest and the widest line in a picture, in pixels. Half of MNIST's lines are 2.1 to 3.0
/// wide; the shipped model misreads more drawings with thinner or thicker ones.
const LINE: [f32; 2] = [2.2, 3.2];

/// The image that the model reads: 28 rows of 28 values in 0 to 1, ink is 1.
pub type Picture = [f32; SIDE * SIDE];

/// Checks that values make a picture.
///
/// # Errors
/// [`DrawingError::PixelCount`], [`DrawingError::Pixel`].
pub fn check_pixels(values: &[f32]) -> Result<&Picture, DrawingError> {
    let picture: &Picture = values.try_into().map_err(|_| DrawingError::PixelCount {
        expected: SIDE * SIDE,
        found: values.len(),
    })?;
    match picture
        .iter()
        .position(|value| !(0.0..=1.0).contains(value))
    {
        Some(index) => Err(DrawingError::Pixel {
            index,
            found: picture[index],
        }),
        None => Ok(picture),
    }
}

/// The picture in as many rows and columns as a model takes, row by row. A pixel is the mean of those around
/// its place, weighted by a tent as wide as the coarser grid's pixels.
pub fn resized(picture: &Picture, side: usize) -> Vec<f32> {
    let scale = SIDE as f32 / side as f32;
    let weights_of = |to: usize| -> [f32; SIDE] {
        let place = (to as f32 + 0.5) * scale - 0.5;
        let tent = |from| (1.0 - (from as f32 - place).abs() / scale.max(1.0)).max(0.0);
        let weights: [f32; SIDE] = std::array::from_fn(tent);
        let sum: f32 = weights.iter().sum();
        weights.map(|weight| weight / sum)
    };
    let weights: Vec<_> = (0..side).map(weights_of).collect();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum();
    let mut values = Vec::with_capacity(side * side);
    for down in &weights {
        let row: [f32; SIDE] = std::array::from_fn(|column| {
            let column: [f32; SIDE] = std::array::from_fn(|row| picture[row * SIDE + column]);
            dot(&column, down)
        });
        values.extend(weights.iter().map(|across| dot(&row, across)));
    }
    values
}

/// The place for the middle of a box of ink, in pixels: a lopsided one may reach the frame, but not
/// beyond it.
fn place(wanted: f32, size: f32) -> f32 {
    let room = ((SIDE as f32 - size) / 2.0).max(0.0);
    let middle = SIDE as f32 / 2.0;
    wanted.clamp(middle - room, middle + room)
}
