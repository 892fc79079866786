//! Smooth lines through points.

/// A centripetal Catmull-Rom spline through `points`, sampled about every `step`. A point given
/// twice is a corner.
pub fn sample(points: &[[f32; 2]], step: f32) -> Vec<[f32; 2]> {
    let mut line: Vec<[f32; 2]> = points.first().copied().into_iter().collect();
    for at in 1..points.len() {
        let (from, to) = (points[at - 1], points[at]);
        let length = distance(from, to);
        if length == 0.0 {
            continue;
        }
        let before = at.checked_sub(2).map(|at| points[at]);
        let tangents = tangents(before, from, to, points.get(at + 1).copied());
        let steps = (length / step).ceil();
        line.extend((1..=steps as usize).map(|i| hermite(from, to, tangents, i as f32 / steps)));
    }
    line
}

/// The directions at both ends of the piece between `from` and `to`.
fn tangents(
    before: Option<[f32; 2]>,
    from: [f32; 2],
    to: [f32; 2],
    after: Option<[f32; 2]>,
) -> [[f32; 2]; 2] {
    let chord = [0, 1].map(|i| to[i] - from[i]);
    let start = before
        .filter(|&before| before != from)
        .map(|before| tangent(before, from, to, distance(from, to)));
    let end = after
        .filter(|&after| after != to)
        .map(|after| tangent(from, to, after, distance(from, to)));
    // A free end doesn't curve, as in a natural spline.
    let free = |other: [f32; 2]| [0, 1].map(|i| (3.0 * chord[i] - other[i]) / 2.0);
    match (start, end) {
        (Some(start), Some(end)) => [start, end],
        (Some(start), None) => [start, free(start)],
        (None, Some(end)) => [free(end), end],
        (None, None) => [chord, chord],
    }
}

/// The direction at `b` on the way from `a` to `c`, for a piece of that length.
fn tangent(a: [f32; 2], b: [f32; 2], c: [f32; 2], length: f32) -> [f32; 2] {
    let (before, after) = (distance(a, b).sqrt(), distance(b, c).sqrt());
    [0, 1].map(|i| {
        let slope = (b[i] - a[i]) / before - (c[i] - a[i]) / (before + after);
        length.sqrt() * (slope + (c[i] - b[i]) / after)
    })
}

/// The cubic between two points with these tangents, `t` in 0 to 1.
fn hermite(from: [f32; 2], to: [f32; 2], [start, end]: [[f32; 2]; 2], t: f32) -> [f32; 2] {
    let ease = (3.0 - 2.0 * t) * t * t;
    let (leave, arrive) = (t * (1.0 - t) * (1.0 - t), t * t * (t - 1.0));
    [0, 1].map(|i| from[i] + ease * (to[i] - from[i]) + leave * start[i] + arrive * end[i])
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_through_its_points_in_small_steps() {
        let points = [[0.0, 0.0], [0.5, 0.1], [0.6, 0.8], [0.0, 1.0]];
        let line = sample(&points, 0.05);
        for point in points {
            assert!(
                line.iter().any(|&at| distance(at, point) < 1e-6),
                "{point:?}"
            );
        }
        assert!(line.windows(2).all(|pair| distance(pair[0], pair[1]) < 0.1));
    }

    #[test]
    fn two_points_make_a_straight_line_and_a_double_point_a_corner() {
        let line = sample(&[[0.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 1.0]], 0.1);
        assert!(
            line.iter()
                .all(|&[x, y]| x.abs() < 1e-6 || (y - 1.0).abs() < 1e-6)
        );
    }

    #[test]
    fn a_curve_has_no_kinks() {
        let line = sample(&[[0.0, 0.0], [0.4, 0.0], [0.5, 0.5], [0.9, 0.6]], 0.02);
        for triple in line.windows(3) {
            let angle = |a: [f32; 2], b: [f32; 2]| (b[1] - a[1]).atan2(b[0] - a[0]);
            let turn = angle(triple[1], triple[2]) - angle(triple[0], triple[1]);
            assert!(turn.abs() < 0.3, "a turn by {turn} at {:?}", triple[1]);
        }
    }
}
