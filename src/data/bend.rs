//! A smooth random displacement of the plane, which bends images and strokes elastically.

use crate::random::Random;

/// Knots along each side: 7 pixels apart in a picture, so that strokes bend without tearing.
const KNOTS: usize = 5;

/// Random displacements at the knots of a grid over the unit square, splines in between.
pub struct Bend {
    /// `[y, x]`: how far to move along x and along y.
    knots: [Knots; KNOTS],
}

/// The displacements along one row of the square.
pub type Knots = [[f32; 2]; KNOTS];

impl Bend {
    /// Each knot moves by a normally distributed distance along each axis.
    pub fn random(deviation: f32, random: &mut Random) -> Self {
        let mut draw = || deviation * random.normal();
        Self {
            knots: std::array::from_fn(|_| std::array::from_fn(|_| [draw(), draw()])),
        }
    }

    /// `[y, x]`: how far each knot moves along x and along y.
    pub fn knots(&self) -> &[Knots; KNOTS] {
        &self.knots
    }

    /// The row at `y`, 0 to 1, for [`displacement`].
    pub fn row(&self, y: f32) -> Knots {
        let taps = catmull_rom(y);
        std::array::from_fn(|x| mix(taps, |knot| self.knots[knot][x]))
    }

    /// The distance to move the point `[x, y]` of the unit square.
    pub fn at(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        displacement(&self.row(y), x)
    }
}

/// The distance to move the point of a row at `x`, 0 to 1.
pub fn displacement(row: &Knots, x: f32) -> [f32; 2] {
    mix(catmull_rom(x), |knot| row[knot])
}

fn mix(taps: [(usize, f32); 4], knot: impl Fn(usize) -> [f32; 2]) -> [f32; 2] {
    taps.iter().fold([0.0; 2], |[x, y], &(index, weight)| {
        let [dx, dy] = knot(index);
        [x + weight * dx, y + weight * dy]
    })
}

/// The knots around a place and their weights; beyond the ends the last one counts again.
fn catmull_rom(at: f32) -> [(usize, f32); 4] {
    let at = at.clamp(0.0, 1.0) * (KNOTS - 1) as f32;
    let cell = (at as usize).min(KNOTS - 2);
    let t = at - cell as f32;
    [
        (cell.saturating_sub(1), ((2.0 - t) * t - 1.0) * t / 2.0),
        (cell, ((3.0 * t - 5.0) * t * t + 2.0) / 2.0),
        (cell + 1, ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0),
        ((cell + 2).min(KNOTS - 1), (t - 1.0) * t * t / 2.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    #[test]
    fn passes_through_its_knots_without_jumps_between_them() {
        let bend = Bend::random(1.0, &mut Random::new(1, Purpose::Digit, 0));
        let corner = bend.at([0.0, 1.0]);
        let inner = bend.at([0.25, 0.75]);
        assert_eq!(corner, bend.knots[4][0]);
        assert_eq!(inner, bend.knots[3][1]);
        for step in 0..100 {
            let x = step as f32 / 100.0;
            let (here, next) = (bend.at([x, 0.4]), bend.at([x + 0.01, 0.4]));
            assert!((here[0] - next[0]).hypot(here[1] - next[1]) < 0.3);
        }
    }
}
