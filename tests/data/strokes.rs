//! Strokes to pictures.

use proptest::prelude::*;
use serde::Deserialize;
use vitpad::data::{Picture, Stroke, Width, check_pixels, rasterize};

use crate::{SIDE, bounds, points, stroke};

#[test]
fn an_empty_drawing_gives_no_picture() {
    for strokes in [
        vec![],
        vec![stroke(&[], 1.0)],
        vec![stroke(&[], 1.0), stroke(&[], 2.0)],
    ] {
        assert_eq!(rasterize(&strokes), Ok(None));
    }
}

#[test]
fn says_what_is_wrong_with_strokes() {
    let points = [[0.0, 0.0], [1.0, 1.0]];
    let coordinate = |at: [f32; 2]| vec![stroke(&points, 1.0), stroke(&[points[0], at], 1.0)];
    let width = |width: Width| {
        vec![Stroke {
            points: points.to_vec(),
            width,
        }]
    };
    let cases = [
        (
            coordinate([f32::NAN, 0.0]),
            "stroke 1, point 1 has coordinate NaN, expected -1e6 to 1e6",
        ),
        (
            coordinate([0.0, f32::NEG_INFINITY]),
            "stroke 1, point 1 has coordinate -inf, expected -1e6 to 1e6",
        ),
        (
            coordinate([2e6, 0.0]),
            "stroke 1, point 1 has coordinate 2000000, expected -1e6 to 1e6",
        ),
        (
            width(Width::Even(0.0)),
            "stroke 0 has width 0, expected 1e-6 to 1e6",
        ),
        (
            width(Width::Even(-1.0)),
            "stroke 0 has width -1, expected 1e-6 to 1e6",
        ),
        (
            width(Width::PerPoint(vec![1.0, f32::NAN])),
            "stroke 0 has width NaN, expected 1e-6 to 1e6",
        ),
        (
            width(Width::PerPoint(vec![1.0])),
            "stroke 0 has 1 widths, expected 2, one per point",
        ),
    ];
    for (strokes, expected) in cases {
        assert_eq!(rasterize(&strokes).unwrap_err().to_string(), expected);
    }
}

#[test]
fn says_what_is_wrong_with_pixels() {
    let blank = [0.0; SIDE * SIDE];
    assert_eq!(check_pixels(&blank), Ok(&blank));
    let with = |index: usize, value: f32| {
        let mut pixels = blank.to_vec();
        pixels[index] = value;
        pixels
    };
    let cases = [
        (vec![0.0; 783], "picture has 783 values, expected 784"),
        (vec![0.0; 785], "picture has 785 values, expected 784"),
        (with(5, f32::NAN), "picture value 5 is NaN, expected 0 to 1"),
        (with(783, 1.5), "picture value 783 is 1.5, expected 0 to 1"),
        (with(0, -0.1), "picture value 0 is -0.1, expected 0 to 1"),
    ];
    for (pixels, expected) in cases {
        assert_eq!(check_pixels(&pixels).unwrap_err().to_string(), expected);
    }
}

#[test]
fn every_digit_fits_the_box_and_is_centred_by_mass() {
    for template in templates() {
        let picture = rasterize(&template.strokes(0.06)).unwrap().unwrap();
        let [left, right, top, bottom] = bounds(&picture);
        let longest = (right - left).max(bottom - top);
        // The box may start within a pixel.
        assert!((20..=21).contains(&longest), "{}: {longest}", template.name);
        let [x, y] = centre_of_mass(&picture);
        let off = (x - 14.5).hypot(y - 14.5);
        assert!(off < 0.1, "{}: centre of mass at {x}, {y}", template.name);
    }
}

#[test]
fn place_and_size_on_the_pad_do_not_matter() {
    for template in templates() {
        let expected = rasterize(&template.strokes(0.06)).unwrap().unwrap();
        for (scale, [x, y]) in [
            (400.0, [30.0, -80.0]),
            (0.25, [0.7, 0.1]),
            (3.0, [-5.0, 1e3]),
        ] {
            let mut strokes = template.strokes(0.06 * scale);
            for point in strokes.iter_mut().flat_map(|stroke| &mut stroke.points) {
                *point = [point[0] * scale + x, point[1] * scale + y];
            }
            let found = rasterize(&strokes).unwrap().unwrap();
            let difference = largest_difference(&expected, &found);
            assert!(difference < 0.01, "{}: {difference}", template.name);
        }
    }
}

#[test]
fn lines_keep_a_width_that_the_model_reads() {
    // A line down the middle: the ink of a row is its width.
    for (width, expected) in [(0.001, 2.2), (0.15, 2.6), (0.5, 3.2)] {
        let picture = rasterize(&[stroke(&[[0.0, 0.0], [0.0, 1.0]], width)])
            .unwrap()
            .unwrap();
        let row: f32 = picture[14 * SIDE..15 * SIDE].iter().sum();
        assert!((row - expected).abs() < 0.15, "width {width}: {row}");
    }
}

#[test]
fn pressure_varies_the_line() {
    let line: Vec<[f32; 2]> = (0..11).map(|i| [0.0, i as f32]).collect();
    let width = Width::PerPoint((0..11).map(|i| 1.0 + 0.1 * i as f32).collect());
    let picture = rasterize(&[Stroke {
        points: line,
        width,
    }])
    .unwrap()
    .unwrap();
    let row = |row: usize| picture[row * SIDE..(row + 1) * SIDE].iter().sum::<f32>();
    assert!(row(20) > row(8) + 0.5, "{} and {}", row(8), row(20));
}

#[test]
fn a_dot_stays_a_dot() {
    let tap = stroke(&[[100.0, 50.0]], 12.0);
    let shaky = stroke(&[[100.0, 50.0], [101.0, 50.5], [100.5, 51.0]], 12.0);
    for dot in [tap, shaky] {
        let [left, right, top, bottom] = bounds(&rasterize(&[dot]).unwrap().unwrap());
        assert!(right - left <= 6 && bottom - top <= 6);
    }
}

#[test]
fn a_lopsided_drawing_stays_within_the_frame() {
    // All the weight is in one corner, at the end of a long thin line.
    let scribble = (0..200)
        .map(|i| [(i % 7) as f32, (i / 7 % 7) as f32])
        .collect::<Vec<_>>();
    let strokes = [
        stroke(&[[0.0, 0.0], [60.0, 60.0]], 2.0),
        stroke(&scribble, 6.0),
    ];
    let picture = rasterize(&strokes).unwrap().unwrap();
    let [left, right, top, bottom] = bounds(&picture);
    assert!(
        right - left >= 19 && bottom - top >= 19,
        "{:?}",
        bounds(&picture)
    );
}

#[test]
fn templates_cover_every_digit_in_three_hands() {
    let templates = templates();
    for digit in 0..10 {
        assert!(
            templates
                .iter()
                .filter(|template| template.digit == digit)
                .count()
                >= 3
        );
    }
}

proptest! {
    #[test]
    fn never_panics_on_any_strokes(strokes in prop::collection::vec(any_stroke(), 0..4)) {
        if let Ok(Some(picture)) = rasterize(&strokes) {
            prop_assert!(check_pixels(&picture).is_ok());
            prop_assert!(picture.iter().any(|&ink| ink > 0.5));
        }
    }
}

#[derive(Deserialize)]
struct Template {
    digit: u8,
    name: String,
    strokes: Vec<Vec<[f32; 2]>>,
}

impl Template {
    fn strokes(&self, width: f32) -> Vec<Stroke> {
        self.strokes
            .iter()
            .map(|points| stroke(points, width))
            .collect()
    }
}

fn templates() -> Vec<Template> {
    serde_json::from_str(include_str!("../fixtures/strokes.json")).unwrap()
}

fn any_stroke() -> impl Strategy<Value = Stroke> {
    let value = prop_oneof![-1e3f32..1e3, any::<f32>(), Just(0.0)];
    let points = prop::collection::vec([value.clone(), value], 0..9);
    let width = prop_oneof![
        prop_oneof![1e-6f32..9.0, any::<f32>()].prop_map(Width::Even),
        prop::collection::vec(1e-6f32..9.0, 0..9).prop_map(Width::PerPoint),
    ];
    (points, width).prop_map(|(points, width)| Stroke { points, width })
}

fn centre_of_mass(picture: &Picture) -> [f32; 2] {
    let mass: f32 = picture.iter().sum();
    let x: f32 = points(SIDE).zip(picture).map(|((x, _), ink)| x * ink).sum();
    let y: f32 = points(SIDE).zip(picture).map(|((_, y), ink)| y * ink).sum();
    [x / mass, y / mass]
}

fn largest_difference(a: &Picture, b: &Picture) -> f32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}
