//! From an image's bytes, of any size and colour, to a picture.

use super::{BOX, CENTRE, DrawingError, LINE, Picture, SIDE, place};

/// The longest side of an image, in pixels: browsers' canvases end here.
const MAX_SIDE: usize = 16_384;
/// The least contrast that is ink; paper isn't perfectly even.
const MIN_CONTRAST: f32 = 0.1;
/// The ink's box holds all pixels at least this dark, as a share of the darkest.
const BOX_THRESHOLD: f32 = 0.2;
/// Ink smaller than this share of the image isn't blown up any further: a dot stays a dot.
const MIN_EXTENT: f32 = 0.125;
/// Thin lines are thickened on a grid this many times finer than the picture.
const FINER: usize = 4;

/// Turns an image, four bytes per pixel, into a picture; `None` if it is blank.
///
/// Ink is what is opaque, where most of the image's border is transparent. Otherwise ink is what
/// differs from the border: dark on a bright one, bright on a dark one.
///
/// # Errors
/// [`DrawingError::ImageSize`] and [`DrawingError::ByteCount`].
pub fn from_rgba(
    width: usize,
    height: usize,
    rgba: &[u8],
) -> Result<Option<Picture>, DrawingError> {
    let sides = 1..=MAX_SIDE;
    if !sides.contains(&width) || !sides.contains(&height) {
        return Err(DrawingError::ImageSize {
            width,
            height,
            max: MAX_SIDE,
        });
    }
    let expected = width * height * 4;
    if rgba.len() != expected {
        let found = rgba.len();
        return Err(DrawingError::ByteCount {
            width,
            height,
            found,
            expected,
        });
    }
    let mut ink = Grid::ink(width, rgba);
    if !ink.stretch(MIN_CONTRAST) {
        return Ok(None);
    }
    let mut fine = ink.fit();
    fine.stretch(0.0);
    Ok(Some(fine.thicken().shrink()))
}

/// Rows of equal length.
struct Grid {
    width: usize,
    values: Vec<f32>,
}

impl Grid {
    fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.width)
    }

    /// The amount of ink that each pixel holds, 0 to 1.
    fn ink(width: usize, rgba: &[u8]) -> Self {
        let (pixels, _) = rgba.as_chunks::<4>();
        let border = border(width, pixels);
        let opaque: Vec<_> = border.iter().filter(|pixel| pixel[3] >= 128).collect();
        let values = if opaque.len() * 2 < border.len() {
            pixels.iter().map(alpha).collect()
        } else {
            let mut shades: Vec<f32> = opaque.into_iter().map(luminance).collect();
            // The median: ink may touch the border.
            let middle = shades.len() / 2;
            let paper = *shades.select_nth_unstable_by(middle, f32::total_cmp).1;
            let reach = if paper > 0.5 { -paper } else { 1.0 - paper };
            let ink = |pixel| alpha(pixel) * (luminance(pixel) - paper) / reach;
            pixels
                .iter()
                .map(|pixel| ink(pixel).clamp(0.0, 1.0))
                .collect()
        };
        Self { width, values }
    }

    /// Makes the largest value 1, or returns false if it isn't above `least`.
    fn stretch(&mut self, least: f32) -> bool {
        let largest = self.values.iter().copied().fold(0.0, f32::max);
        if largest <= least {
            return false;
        }
        self.values.iter_mut().for_each(|value| *value /= largest);
        true
    }

    /// The ink on a grid `FINER` than the picture, where it belongs in the picture.
    fn fit(&self) -> Self {
        let bounds = self.bounds();
        let sizes = bounds.map(|[start, end]| (end - start) as f32);
        let side = self.width.max(self.values.len() / self.width) as f32;
        let longest = sizes[0].max(sizes[1]).max(side * MIN_EXTENT);
        let scale = BOX / longest; // Picture pixels per image pixel.
        let mass = self.centre_of_mass(bounds);
        let starts = [0, 1].map(|axis| {
            let middle = bounds[axis][0] as f32 + sizes[axis] / 2.0;
            let place = place(CENTRE + (middle - mass[axis]) * scale, sizes[axis] * scale);
            middle - place / scale // Where the picture starts, in image pixels.
        });
        let step = longest / BOX / FINER as f32;
        let columns = self.resample_transposed(bounds[0], starts[0], step);
        columns.resample_transposed(bounds[1], starts[1], step)
    }

    /// The ink's box: first and end column, first and end row.
    fn bounds(&self) -> [[usize; 2]; 2] {
        let mut bounds = [[usize::MAX, 0]; 2];
        for (index, &value) in self.values.iter().enumerate() {
            if value >= BOX_THRESHOLD {
                for (axis, at) in [index % self.width, index / self.width]
                    .into_iter()
                    .enumerate()
                {
                    let [start, end] = &mut bounds[axis];
                    (*start, *end) = ((*start).min(at), (*end).max(at + 1));
                }
            }
        }
        bounds
    }

    /// `[x, y]` of what lies within bounds.
    fn centre_of_mass(&self, [columns, rows]: [[usize; 2]; 2]) -> [f32; 2] {
        let (mut mass, mut x, mut y) = (0.0, 0.0, 0.0);
        for (row, values) in self.rows().enumerate().take(rows[1]).skip(rows[0]) {
            for (column, &ink) in values.iter().enumerate().take(columns[1]).skip(columns[0]) {
                // Sums over many pixels outgrow f32.
                let ink = f64::from(ink);
                mass += ink;
                x += ink * (column as f64 + 0.5);
                y += ink * (row as f64 + 0.5);
            }
        }
        [(x / mass) as f32, (y / mass) as f32]
    }

    /// Averages each row over `SIDE * FINER` steps that begin at `start`, and makes it a column.
    /// Ink outside `bounds` counts as blank.
    fn resample_transposed(&self, bounds: [usize; 2], start: f32, step: f32) -> Self {
        let width = self.values.len() / self.width;
        let mut values = Vec::with_capacity(SIDE * FINER * width);
        for index in 0..SIDE * FINER {
            let from = (start + index as f32 * step).max(bounds[0] as f32);
            let to = (start + (index + 1) as f32 * step).min(bounds[1] as f32);
            values.extend(self.rows().map(|row| sum(row, from, to) / step));
        }
        Self { width, values }
    }

    /// Widens lines that are too thin for the model, and darkens them: averaging made them faint.
    fn thicken(self) -> Self {
        let radius = (LINE[0] * FINER as f32 - self.line_width()) / 2.0;
        if radius < 0.5 {
            return self;
        }
        let squares: f32 = self.values.iter().map(|value| value * value).sum();
        let gain = self.values.iter().sum::<f32>() / squares;
        let mut wide = self.dilate(radius);
        for value in &mut wide.values {
            *value = (*value * gain).min(1.0);
        }
        wide
    }

    /// Each value becomes the largest within a disc around it.
    fn dilate(&self, radius: f32) -> Self {
        let (width, height) = (self.width, self.values.len() / self.width);
        let around = |at: usize, reach: f32, end: usize| {
            at.saturating_sub(reach as usize)..(at + reach as usize + 1).min(end)
        };
        let mut values = vec![0f32; self.values.len()];
        for (index, &ink) in self.values.iter().enumerate() {
            if ink == 0.0 {
                continue;
            }
            let (row, column) = (index / width, index % width);
            for y in around(row, radius, height) {
                let reach = radius.powi(2) - (y.abs_diff(row) as f32).powi(2);
                for x in around(column, reach.sqrt(), width) {
                    let value = &mut values[y * width + x];
                    *value = value.max(ink);
                }
            }
        }
        Self { width, values }
    }

    /// The mean width of the lines: twice their area by the length of their edges.
    fn line_width(&self) -> f32 {
        let area: f32 = self.values.iter().sum();
        let across = self
            .rows()
            .flat_map(|row| row.windows(2))
            .map(|pair| pair[0] - pair[1]);
        let below = self.values.iter().zip(self.values.iter().skip(self.width));
        let edges: f32 = across.chain(below.map(|(a, b)| a - b)).map(f32::abs).sum();
        // Steps along the grid are 4 / pi times as long as the edge, over all its directions.
        2.0 * area / (edges * std::f32::consts::FRAC_PI_4).max(f32::MIN_POSITIVE)
    }

    /// Averages down to the picture.
    fn shrink(&self) -> Picture {
        let mut picture = [0.0; SIDE * SIDE];
        for (index, value) in self.values.iter().enumerate() {
            let (row, column) = (index / self.width / FINER, index % self.width / FINER);
            picture[row * SIDE + column] += value / (FINER * FINER) as f32;
        }
        picture.map(|value: f32| value.min(1.0))
    }
}

/// The pixels along the image's edges.
fn border(width: usize, pixels: &[[u8; 4]]) -> Vec<[u8; 4]> {
    let (top, bottom) = (&pixels[..width], &pixels[pixels.len() - width..]);
    let sides = pixels
        .chunks_exact(width)
        .flat_map(|row| [row[0], row[width - 1]]);
    top.iter().chain(bottom).copied().chain(sides).collect()
}

fn alpha(pixel: &[u8; 4]) -> f32 {
    f32::from(pixel[3]) / 255.0
}

/// The brightness of a colour, 0 to 1 (Rec. 601).
fn luminance(pixel: &[u8; 4]) -> f32 {
    let [red, green, blue, _] = pixel.map(f32::from);
    (0.299 * red + 0.587 * green + 0.114 * blue) / 255.0
}

/// The integral of a row of pixels from `from` to `to`, both within the row.
fn sum(row: &[f32], from: f32, to: f32) -> f32 {
    if to <= from {
        return 0.0;
    }
    let (first, last) = (from as usize, (to.ceil() as usize).min(row.len()) - 1);
    if first >= last {
        return row[last] * (to - from);
    }
    let ends = row[first] * ((first + 1) as f32 - from) + row[last] * (to - last as f32);
    ends + row[first + 1..last].iter().sum::<f32>()
}
