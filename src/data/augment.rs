//! Random affine changes to training images, so that a small data set shows more hands.

use rand::{Rng, RngExt};

/// How far an image may be changed; each amount is drawn uniformly from minus to plus it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Augment {
    /// Degrees.
    pub rotation: f32,
    /// A share of the size, for each axis on its own.
    pub scale: f32,
    /// Horizontal shift per vertical pixel.
    pub shear: f32,
    /// Pixels, for each axis on its own.
    pub shift: f32,
}

impl Default for Augment {
    fn default() -> Self {
        Self {
            rotation: 12.0,
            scale: 0.12,
            shear: 0.15,
            shift: 2.5,
        }
    }
}

impl Augment {
    /// A changed copy of a square image of `side` pixels; values in 0 to 255 become 0 to 1.
    ///
    /// # Panics
    /// If `pixels` is not `side²` long.
    pub fn apply(&self, pixels: &[u8], side: usize, rng: &mut impl Rng) -> Vec<f32> {
        assert_eq!(pixels.len(), side * side, "a square image");
        let mut draw = |amount: f32| {
            if amount > 0.0 {
                rng.random_range(-amount..=amount)
            } else {
                0.0
            }
        };
        let (sin, cos) = draw(self.rotation).to_radians().sin_cos();
        let scale = [1.0 + draw(self.scale), 1.0 + draw(self.scale)];
        let shear = draw(self.shear);
        let shift = [draw(self.shift), draw(self.shift)];
        let middle = (side as f32 - 1.0) / 2.0;
        let source = |x: f32, y: f32| {
            let (x, y) = (x - middle - shift[0], y - middle - shift[1]);
            let (x, y) = (x * cos + y * sin, y * cos - x * sin);
            [(x + shear * y) / scale[0] + middle, y / scale[1] + middle]
        };
        (0..side * side)
            .map(|index| source((index % side) as f32, (index / side) as f32))
            .map(|at| bilinear(pixels, side, at))
            .collect()
    }
}

/// The value between pixels, 0 to 1; outside the image is paper.
fn bilinear(pixels: &[u8], side: usize, [x, y]: [f32; 2]) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (dx, dy) = (x - left, y - top);
    let at = |x: f32, y: f32| {
        let inside = 0.0..side as f32;
        if inside.contains(&x) && inside.contains(&y) {
            f32::from(pixels[y as usize * side + x as usize])
        } else {
            0.0
        }
    };
    let upper = at(left, top) * (1.0 - dx) + at(left + 1.0, top) * dx;
    let lower = at(left, top + 1.0) * (1.0 - dx) + at(left + 1.0, top + 1.0) * dx;
    (upper * (1.0 - dy) + lower * dy) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    const NOTHING: Augment = Augment {
        rotation: 0.0,
        scale: 0.0,
        shear: 0.0,
        shift: 0.0,
    };

    fn cross() -> Vec<u8> {
        (0..49)
            .map(|i| if i % 7 == 3 || i / 7 == 3 { 255 } else { 0 })
            .collect()
    }

    #[test]
    fn no_change_keeps_every_pixel() {
        let same = NOTHING.apply(&cross(), 7, &mut StdRng::seed_from_u64(1));
        let expected: Vec<f32> = cross().iter().map(|&x| f32::from(x) / 255.0).collect();
        assert_eq!(same, expected);
    }

    #[test]
    fn the_same_seed_gives_the_same_image_and_values_stay_in_range() {
        let apply = |seed| Augment::default().apply(&cross(), 7, &mut StdRng::seed_from_u64(seed));
        assert_eq!(apply(1), apply(1));
        assert_ne!(apply(1), apply(2));
        assert!(apply(3).iter().all(|value| (0.0..=1.0).contains(value)));
    }

    #[test]
    fn a_small_change_keeps_most_of_the_ink() {
        let ink: f32 = Augment {
            shift: 0.0,
            ..Augment::default()
        }
        .apply(&cross(), 7, &mut StdRng::seed_from_u64(4))
        .iter()
        .sum();
        assert!(
            (8.0..18.0).contains(&ink),
            "ink of a cross with 13 pixels is {ink}"
        );
    }
}
