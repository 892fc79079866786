//! Random changes to training images, so that a small data set shows more hands.

use serde::{Deserialize, Serialize};

use super::bend::{self, Bend};
use crate::error::Result;
use crate::random::Random;
use crate::schema;

/// The share of images whose lines get thicker or thinner, and of those that get crisper.
const RESTROKED: f32 = 0.5;
/// The most that the edges of lines get crisper than before.
const CRISPER: f32 = 1.5;
/// The shade that stays as it is where edges get crisper.
const PIVOT: f32 = 0.4;
/// Thinning ends here: a line of one pixel would vanish.
const THINNEST: f32 = 0.6;

/// Limits to changes of an image; amounts are drawn uniformly from minus to plus these. Zeros
/// leave images as they are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augment {
    /// Degrees.
    pub rotation: f32,
    /// A share of the size, for each axis on its own.
    pub scale: f32,
    /// Horizontal shift per vertical pixel.
    pub shear: f32,
    /// Pixels, for each axis on its own.
    pub shift: f32,
    /// Pixels by which an elastic bend moves ink: the largest standard deviation at its knots.
    pub elastic: f32,
    /// 0 to 1: how far lines get thicker or thinner, and their edges crisper, in half the images.
    pub thickness: f32,
}

/// The limits that the weights of the drawing page were trained with.
impl Default for Augment {
    fn default() -> Self {
        Self {
            rotation: 15.0,
            scale: 0.15,
            shear: 0.2,
            shift: 2.0,
            elastic: 1.05,
            thickness: 1.0,
        }
    }
}

impl Augment {
    /// Checks that an image changed like this can still be read.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) names the field, its value and what it should be.
    pub fn validate(&self) -> Result<()> {
        let amounts = [
            ("augment.rotation", self.rotation),
            ("augment.scale", self.scale),
            ("augment.shear", self.shear),
            ("augment.shift", self.shift),
            ("augment.elastic", self.elastic),
            ("augment.thickness", self.thickness),
        ];
        amounts
            .into_iter()
            .try_for_each(|(field, amount)| schema::check(field, amount.into()))
    }

    /// Draws what to do to one image.
    pub fn draw(&self, random: &mut Random) -> Change {
        let moves = [
            self.rotation,
            self.scale,
            self.shear,
            self.shift,
            self.elastic,
        ];
        let mut change = Change::default();
        if moves.iter().any(|&amount| amount > 0.0) {
            change.moves = true;
            change.angle = draw(self.rotation, random).to_radians();
            change.scale = [0; 2].map(|_| 1.0 + draw(self.scale, random));
            change.shear = draw(self.shear, random);
            change.shift = [0; 2].map(|_| draw(self.shift, random));
            change.bend = (self.elastic > 0.0)
                .then(|| Bend::random(random.between(0.0, self.elastic), random));
        }
        if self.thickness > 0.0 {
            if random.unit() < RESTROKED {
                let amount = draw(self.thickness, random);
                change.thicker = amount * if amount > 0.0 { 1.0 } else { THINNEST };
            }
            if random.unit() < RESTROKED {
                change.gain += random.between(0.0, CRISPER * self.thickness);
            }
        }
        change
    }
}

/// The change that [`Augment::draw`] makes to one image: ink is moved, in one resampling; then
/// lines get thicker or thinner; then edges get crisper.
pub struct Change {
    /// Whether ink is moved at all.
    moves: bool,
    /// Radians.
    angle: f32,
    /// Along x and along y.
    scale: [f32; 2],
    shear: f32,
    /// Pixels.
    shift: [f32; 2],
    bend: Option<Bend>,
    /// The share of the way to the darkest pixel around, or below 0 to the lightest.
    thicker: f32,
    /// The factor of the distance to a shade of [`PIVOT`].
    gain: f32,
}

/// No change.
impl Default for Change {
    fn default() -> Self {
        Self {
            moves: false,
            angle: 0.0,
            scale: [1.0; 2],
            shear: 0.0,
            shift: [0.0; 2],
            bend: None,
            thicker: 0.0,
            gain: 1.0,
        }
    }
}

impl Change {
    /// The number of [`Change::numbers`].
    pub const NUMBERS: usize = 64;

    /// For kernels: sine and cosine of the angle, scales, shear, shifts, `thicker` and `gain`, then
    /// from 10 on how far each of 5 x 5 knots moves along x and y.
    pub fn numbers(&self) -> [f32; Self::NUMBERS] {
        let mut numbers = [0.0; Self::NUMBERS];
        let (sin, cos) = self.angle.sin_cos();
        let ([x, y], [right, down]) = (self.scale, self.shift);
        let first = [
            sin,
            cos,
            x,
            y,
            self.shear,
            right,
            down,
            self.thicker,
            self.gain,
        ];
        numbers[..first.len()].copy_from_slice(&first);
        if let Some(bend) = &self.bend {
            let knots = bend.knots().iter().flatten().flatten();
            for (number, knot) in numbers[10..].iter_mut().zip(knots) {
                *number = *knot;
            }
        }
        numbers
    }

    /// Writes a changed copy of a square image of `side` pixels; values in 0 to 255 become 0 to 1.
    ///
    /// # Panics
    /// If `pixels` or `out` is not `side²` long.
    pub fn apply_into(&self, pixels: &[u8], side: usize, out: &mut [f32]) {
        assert_eq!(pixels.len(), side * side, "a square image");
        assert_eq!(out.len(), side * side, "room for the image");
        if self.moves {
            self.warp(pixels, side, out);
        } else {
            for (value, &pixel) in out.iter_mut().zip(pixels) {
                *value = f32::from(pixel) / 255.0;
            }
        }
        if self.thicker != 0.0 {
            thicken(out, side, self.thicker);
        }
        if self.gain > 1.0 {
            for value in out {
                *value = ((*value - PIVOT) * self.gain + PIVOT).clamp(0.0, 1.0);
            }
        }
    }

    fn warp(&self, pixels: &[u8], side: usize, out: &mut [f32]) {
        let (sin, cos) = self.angle.sin_cos();
        let middle = (side as f32 - 1.0) / 2.0;
        let unit = 1.0 / (2.0 * middle).max(1.0);
        for (row, values) in out.chunks_exact_mut(side).enumerate() {
            let knots = self.bend.as_ref().map(|bend| bend.row(row as f32 * unit));
            let y = row as f32 - middle - self.shift[1];
            for (column, value) in values.iter_mut().enumerate() {
                let x = column as f32 - middle - self.shift[0];
                let (x, y) = (x * cos + y * sin, y * cos - x * sin);
                let (x, y) = ((x + self.shear * y) / self.scale[0], y / self.scale[1]);
                let [dx, dy] = match &knots {
                    Some(knots) => bend::displacement(knots, column as f32 * unit),
                    None => [0.0; 2],
                };
                *value = bilinear(pixels, side, [x + middle + dx, y + middle + dy]);
            }
        }
    }
}

/// Brings each pixel by a share nearer to the darkest around, or below 0 to the lightest.
fn thicken(image: &mut [f32], side: usize, share: f32) {
    let extreme = if share > 0.0 {
        pool(image, side, f32::max)
    } else {
        pool(image, side, f32::min)
    };
    for (value, extreme) in image.iter_mut().zip(extreme) {
        *value += share.abs() * (extreme - *value);
    }
}

/// Uniformly from minus to plus `amount`.
fn draw(amount: f32, random: &mut Random) -> f32 {
    if amount > 0.0 {
        random.between(-amount, amount)
    } else {
        0.0
    }
}

/// The extreme of each pixel and those around it, of which there are up to eight.
fn pool(image: &[f32], side: usize, pick: impl Fn(f32, f32) -> f32) -> Vec<f32> {
    let mut rows = image.to_vec();
    for (row, from) in rows.chunks_exact_mut(side).zip(image.chunks_exact(side)) {
        for column in 1..side {
            row[column] = pick(row[column], from[column - 1]);
            row[column - 1] = pick(row[column - 1], from[column]);
        }
    }
    let mut pooled = rows.clone();
    for below in side..rows.len() {
        let above = below - side;
        pooled[below] = pick(pooled[below], rows[above]);
        pooled[above] = pick(pooled[above], rows[below]);
    }
    pooled
}

/// The value between pixels, 0 to 1; outside the image is paper.
fn bilinear(pixels: &[u8], side: usize, [x, y]: [f32; 2]) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (dx, dy) = (x - left, y - top);
    let (left, top) = (left as isize, top as isize);
    let at = |x: isize, y: isize| {
        let inside = (x as usize) < side && (y as usize) < side;
        let index = (y as usize).wrapping_mul(side).wrapping_add(x as usize);
        if inside {
            f32::from(pixels[index])
        } else {
            0.0
        }
    };
    let upper = at(left, top) * (1.0 - dx) + at(left + 1, top) * dx;
    let lower = at(left, top + 1) * (1.0 - dx) + at(left + 1, top + 1) * dx;
    // Rounding may end above 1.
    ((upper * (1.0 - dy) + lower * dy) / 255.0).min(1.0)
}
