//! From strokes to a picture.
//!
//! Strokes are drawn at the picture's scale at once, not shrunk from a larger one: so the line
//! keeps a width that the model reads well, however large, small or thin the drawing is.

use serde::{Deserialize, Serialize};

use super::{BOX, CENTRE, DrawingError, LINE, Picture, SIDE, place};

/// The widest line, in pixels, up to which a small drawing is blown up: a dot stays a dot.
const BLOWN_UP_LINE: f32 = 8.0;
/// Points nearer than this to the one before, in pixels, change nothing that can be seen.
const MIN_STEP: f32 = 0.2;
const MAX_COORDINATE: f32 = 1e6;
/// More than a hand draws in ten minutes; far apart, they take seconds.
const MOST_POINTS: usize = 50_000;
const MIN_WIDTH: f32 = 1e-6;

/// One line drawn without lifting the pen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stroke {
    /// `[x, y]` in any unit, y downwards.
    pub points: Vec<[f32; 2]>,
    pub width: Width,
}

/// The width of a stroke, in the unit of its points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Width {
    Even(f32),
    PerPoint(Vec<f32>),
}

/// Draws strokes as MNIST's digits are; `None` if there is no point.
///
/// # Errors
/// [`DrawingError::TooManyPoints`], [`DrawingError::Coordinate`], [`DrawingError::Width`] and
/// [`DrawingError::WidthCount`].
pub fn rasterize(strokes: &[Stroke]) -> Result<Option<Picture>, DrawingError> {
    rasterize_lines(strokes, LINE)
}

/// As [`rasterize`], with the narrowest and the widest line in pixels.
///
/// # Errors
/// As [`rasterize`].
pub fn rasterize_lines(
    strokes: &[Stroke],
    bounds: [f32; 2],
) -> Result<Option<Picture>, DrawingError> {
    let found = strokes.iter().map(|stroke| stroke.points.len()).sum();
    if found > MOST_POINTS {
        let most = MOST_POINTS;
        return Err(DrawingError::TooManyPoints { found, most });
    }
    for (index, stroke) in strokes.iter().enumerate() {
        stroke.check(index)?;
    }
    let Some(drawing) = Drawing::of(strokes, bounds) else {
        return Ok(None);
    };
    // The ink's box in the middle shows where its centre of mass is; the rest is a shift.
    let mass = centre_of_mass(&drawing.draw(strokes, [CENTRE; 2]));
    let place = [0, 1].map(|axis| place(2.0 * CENTRE - mass[axis], drawing.size[axis]));
    Ok(Some(drawing.draw(strokes, place)))
}

impl Stroke {
    fn check(&self, stroke: usize) -> Result<(), DrawingError> {
        for (point, coordinates) in self.points.iter().enumerate() {
            for &found in coordinates {
                if !(-MAX_COORDINATE..=MAX_COORDINATE).contains(&found) {
                    return Err(DrawingError::Coordinate {
                        stroke,
                        point,
                        found,
                    });
                }
            }
        }
        let widths = match &self.width {
            Width::Even(width) => std::slice::from_ref(width),
            Width::PerPoint(widths) if widths.len() != self.points.len() => {
                let (found, expected) = (widths.len(), self.points.len());
                return Err(DrawingError::WidthCount {
                    stroke,
                    found,
                    expected,
                });
            }
            Width::PerPoint(widths) => widths,
        };
        match widths
            .iter()
            .find(|width| !(MIN_WIDTH..=MAX_COORDINATE).contains(*width))
        {
            Some(&found) => Err(DrawingError::Width { stroke, found }),
            None => Ok(()),
        }
    }

    fn width(&self, point: usize) -> f32 {
        match &self.width {
            Width::Even(width) => *width,
            Width::PerPoint(widths) => widths[point],
        }
    }
}

/// The fit of a drawing to the picture.
struct Drawing {
    /// Pixels per unit.
    scale: f32,
    /// The middle of the points' box, in units.
    middle: [f32; 2],
    /// The size of the ink's box, in pixels.
    size: [f32; 2],
    lines: Lines,
}

impl Drawing {
    fn of(strokes: &[Stroke], bounds: [f32; 2]) -> Option<Self> {
        let mut points = strokes.iter().flat_map(|stroke| &stroke.points);
        let first = *points.next()?;
        let (low, high) = points.fold((first, first), |(low, high), point| {
            let axes = [0, 1];
            (
                axes.map(|i| low[i].min(point[i])),
                axes.map(|i| high[i].max(point[i])),
            )
        });
        let width = strokes
            .iter()
            .flat_map(|stroke| (0..stroke.points.len()).map(|point| stroke.width(point)))
            .fold(0.0, f32::max);
        let extent = [high[0] - low[0], high[1] - low[1]];
        let lines = Lines(bounds);
        let scale = lines.scale(extent[0].max(extent[1]), width);
        let line = lines.width(width * scale);
        Some(Self {
            scale,
            middle: [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0],
            size: extent.map(|length| length * scale + line),
            lines,
        })
    }

    /// Draws with the middle of the drawing's box at `place`, in pixels.
    fn draw(&self, strokes: &[Stroke], place: [f32; 2]) -> Picture {
        let mut picture = [0.0; SIDE * SIDE];
        for stroke in strokes {
            let mut last: Option<Disc> = None;
            for (index, point) in stroke.points.iter().enumerate() {
                let at = [0, 1].map(|i| (point[i] - self.middle[i]) * self.scale + place[i]);
                let disc = Disc {
                    at,
                    radius: self.lines.width(stroke.width(index) * self.scale) / 2.0,
                };
                let is_end = index + 1 == stroke.points.len();
                match last {
                    Some(from) if is_end || from.distance(at) >= MIN_STEP => {
                        draw_segment(&mut picture, from, disc);
                    }
                    None if is_end => draw_segment(&mut picture, disc, disc),
                    None => {}
                    Some(_) => continue,
                }
                last = Some(disc);
            }
        }
        picture
    }
}

/// The narrowest and the widest line, in pixels.
struct Lines([f32; 2]);

impl Lines {
    /// The width in pixels at which a line of `natural` width in pixels is drawn.
    fn width(&self, natural: f32) -> f32 {
        natural.clamp(self.0[0], self.0[1])
    }

    /// Pixels per unit for a drawing whose points span `extent` units, with the widest line
    /// `width`.
    fn scale(&self, extent: f32, width: f32) -> f32 {
        // The line takes part of the box: its own share, unless the bounds on lines decide.
        let free = BOX / (extent + width);
        let bounded = self.width(width * free);
        let scale = if bounded == width * free {
            free
        } else {
            (BOX - bounded) / extent
        };
        scale.min(BLOWN_UP_LINE / width)
    }
}

/// The pen at one point, in pixels.
#[derive(Clone, Copy)]
struct Disc {
    at: [f32; 2],
    radius: f32,
}

impl Disc {
    fn distance(&self, to: [f32; 2]) -> f32 {
        (to[0] - self.at[0]).hypot(to[1] - self.at[1])
    }
}

/// Draws the line that the pen leaves between two points, with round ends. A pixel is as dark
/// as the line covers it, by the distance of its middle; where lines cross the darker one wins.
fn draw_segment(picture: &mut Picture, from: Disc, to: Disc) {
    let reach = from.radius.max(to.radius) + 0.5;
    let [columns, rows] = [0, 1].map(|i| pixels_within(from.at[i], to.at[i], reach));
    let along = [to.at[0] - from.at[0], to.at[1] - from.at[1]];
    let squared = (along[0] * along[0] + along[1] * along[1]).max(f32::MIN_POSITIVE);
    for row in rows {
        for column in columns.clone() {
            let x = column as f32 + 0.5 - from.at[0];
            let y = row as f32 + 0.5 - from.at[1];
            let part = ((x * along[0] + y * along[1]) / squared).clamp(0.0, 1.0);
            let (x, y) = (x - part * along[0], y - part * along[1]);
            let reach = from.radius + part * (to.radius - from.radius) + 0.5;
            let distance = x * x + y * y;
            if distance >= reach * reach {
                continue;
            }
            let cover = (reach - distance.sqrt()).min(1.0);
            let pixel = &mut picture[row * SIDE + column];
            *pixel = pixel.max(cover);
        }
    }
}

/// The rows or columns whose middle can lie within `reach` of what lies between `a` and `b`.
fn pixels_within(a: f32, b: f32, reach: f32) -> std::ops::Range<usize> {
    // Casting clamps what lies outside at 0.
    let first = (a.min(b) - reach).floor() as usize;
    let last = (a.max(b) + reach).ceil() as usize;
    first..last.min(SIDE)
}

/// `[x, y]` in pixels from the left and the top. The picture isn't blank.
fn centre_of_mass(picture: &Picture) -> [f32; 2] {
    let (mut mass, mut x, mut y) = (0.0, 0.0, 0.0);
    for (index, ink) in picture.iter().enumerate() {
        mass += ink;
        x += ink * ((index % SIDE) as f32 + 0.5);
        y += ink * ((index / SIDE) as f32 + 0.5);
    }
    [x / mass, y / mass]
}
