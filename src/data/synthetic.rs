//! Synthetic digits: templates of strokes, written each time by another hand.

mod spline;
mod templates;

use std::ops::Range;

use super::bend::Bend;
use super::drawing::{SIDE, Stroke, Width, rasterize_lines};
use super::idx::{Dataset, Images};
use crate::random::{Purpose, Random};
use templates::{TEMPLATES, Template};

/// The number of labels.
const DIGITS: u32 = 10;
/// The narrowest and the widest line in pixels, about as in MNIST.
const LINE: [f32; 2] = [1.3, 5.2];
/// The median of lines, as a share of the digit's height.
const MEDIAN_LINE: f32 = 0.145;
/// From one sampled point of a line to the next: a pixel of the picture.
const STEP: f32 = 0.05;

/// Digit `index` of an endless series, 0 is paper and 255 is ink, and which digit it is. The same
/// seed and index always give the same one.
pub fn digit(seed: u64, index: u64) -> ([u8; SIDE * SIDE], u8) {
    let mut random = Random::new(seed, Purpose::Digit, index);
    let label = random.below(DIGITS) as u8;
    let strokes = write(choose(label, &mut random), &mut random);
    let picture = rasterize_lines(&strokes, LINE)
        .expect("points and widths are in range")
        .expect("a template has points");
    (picture.map(|ink| (ink * 255.0).round() as u8), label)
}

/// Some digits of the series of a seed.
pub fn range(seed: u64, indices: Range<u64>) -> Dataset {
    let (pictures, labels): (Vec<_>, Vec<_>) = indices.map(|index| digit(seed, index)).unzip();
    Dataset {
        images: Images {
            count: labels.len(),
            rows: SIDE,
            columns: SIDE,
            pixels: pictures.into_flattened(),
        },
        labels,
    }
}

/// A template of the digit, by their weights.
fn choose(digit: u8, random: &mut Random) -> &'static Template {
    let ways = || TEMPLATES.iter().filter(|template| template.digit == digit);
    let total: f32 = ways().map(|template| template.weight).sum();
    let mut left = random.between(0.0, total);
    ways()
        .find(|template| {
            left -= template.weight;
            left < 0.0
        })
        // Rounding may leave a little.
        .or_else(|| ways().next_back())
        .expect("each digit has a template")
}

/// The strokes of a template as some hand writes them.
fn write(template: &Template, random: &mut Random) -> Vec<Stroke> {
    let hand = Hand::random(random);
    template
        .strokes
        .iter()
        .map(|points| hand.stroke(points, random))
        .collect()
}

/// The traits that all strokes of a digit share. Lengths are in heights of the digit.
struct Hand {
    /// Clockwise, in radians.
    rotation: f32,
    /// To the right per height upwards.
    slant: f32,
    /// Ratio of the width to the template's.
    aspect: f32,
    /// The exponent of heights: where the digit's waist is.
    waist: f32,
    /// Standard deviation of a point from its template's place.
    jitter: f32,
    /// Standard deviation of a line's points from its smooth way.
    trembling: f32,
    bend: Bend,
    width: f32,
}

impl Hand {
    fn random(random: &mut Random) -> Self {
        let jitter = random.between(0.02, 0.055);
        let bend = Bend::random(0.035, random);
        let mut normal = |deviation: f32| deviation * random.normal();
        Self {
            rotation: normal(0.12),
            slant: 0.12 + normal(0.25),
            aspect: normal(0.25).exp(),
            waist: normal(0.2).exp(),
            jitter,
            trembling: normal(0.004).abs(),
            bend,
            width: MEDIAN_LINE * normal(0.3).exp(),
        }
    }

    fn stroke(&self, template: &[[i8; 2]], random: &mut Random) -> Stroke {
        let mut last = None;
        let mut points: Vec<[f32; 2]> = Vec::with_capacity(template.len());
        for &point in template {
            // A corner stays one.
            let again = points.last().copied().filter(|_| last == Some(point));
            points.push(again.unwrap_or_else(|| self.place(point, random)));
            last = Some(point);
        }
        let mut line = spline::sample(&points, STEP);
        for point in &mut line {
            let [dx, dy] = self.bend.at(*point);
            point[0] += dx + self.trembling * random.normal();
            point[1] += dy + self.trembling * random.normal();
            *point = self.lean(*point);
        }
        Stroke {
            points: line,
            width: Width::Even(self.width),
        }
    }

    /// The place where this hand puts a point of a template.
    fn place(&self, [x, y]: [i8; 2], random: &mut Random) -> [f32; 2] {
        let mut jitter = || self.jitter * random.normal();
        let (x, y) = (f32::from(x) / 100.0, f32::from(y) / 100.0);
        [x * self.aspect + jitter(), y.powf(self.waist) + jitter()]
    }

    fn lean(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (sin, cos) = self.rotation.sin_cos();
        let x = x - self.slant * y;
        [x * cos - y * sin, x * sin + y * cos]
    }
}
