//! Images to pictures.

use proptest::prelude::*;
use vitpad::data::{DrawingError, check_pixels, from_rgba, rasterize, resized};

use crate::{SIDE, bounds, points, stroke};

#[test]
fn a_blank_image_gives_no_picture() {
    for paper in [
        [0, 0, 0, 0],
        [255, 255, 255, 255],
        [0, 0, 0, 255],
        [250, 245, 230, 255],
    ] {
        assert_eq!(from_rgba(30, 20, &paper.repeat(600)), Ok(None));
    }
}

#[test]
fn says_what_is_wrong_with_an_image() {
    let size = DrawingError::ImageSize {
        width: 0,
        height: 5,
        max: 16_384,
    };
    assert_eq!(from_rgba(0, 5, &[]), Err(size));
    assert!(matches!(
        from_rgba(usize::MAX, 2, &[]),
        Err(DrawingError::ImageSize { .. })
    ));
    let error = from_rgba(2, 2, &[0; 15]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "image of 2x2 has 15 bytes, expected 16, four per pixel"
    );
}

#[test]
fn a_dot_in_an_image_stays_a_dot() {
    let image = paint(200, |x, y| (x - 90.0).hypot(y - 40.0) < 2.0);
    let [left, right, top, bottom] = bounds(&from_rgba(200, 200, &image).unwrap().unwrap());
    assert!(right - left <= 6 && bottom - top <= 6);
}

#[test]
fn an_image_gives_the_picture_that_its_strokes_give() {
    let inks: [fn(bool) -> [u8; 4]; 4] = [
        |ink| {
            if ink {
                [0, 0, 0, 255]
            } else {
                [255, 255, 255, 255]
            }
        },
        |ink| {
            if ink {
                [255, 255, 255, 255]
            } else {
                [0, 0, 0, 255]
            }
        },
        |ink| {
            if ink {
                [200, 30, 30, 255]
            } else {
                [0, 0, 0, 0]
            }
        },
        |ink| {
            if ink {
                [90, 60, 160, 255]
            } else {
                [245, 240, 225, 255]
            }
        },
    ];
    let expected = rasterize(&[stroke(&[[40.0, 30.0], [120.0, 170.0]], 20.0)])
        .unwrap()
        .unwrap();
    for ink in inks {
        let is_ink = |x: f32, y: f32| {
            let part =
                ((x - 40.0) * 80.0 + (y - 30.0) * 140.0) / (80.0f32.powi(2) + 140f32.powi(2));
            let part = part.clamp(0.0, 1.0);
            (x - 40.0 - part * 80.0).hypot(y - 30.0 - part * 140.0) < 10.0
        };
        let image: Vec<u8> = points(200).flat_map(|(x, y)| ink(is_ink(x, y))).collect();
        let found = from_rgba(200, 200, &image).unwrap().unwrap();
        let total: f32 = expected
            .iter()
            .zip(&found)
            .map(|(a, b)| (a - b).abs())
            .sum();
        assert!(total / expected.iter().sum::<f32>() < 0.15, "{total}");
    }
}

#[test]
fn thin_lines_in_an_image_are_thickened() {
    let image = paint(600, |x, y| {
        (x - 300.0).abs() < 1.0 && (y - 300.0).abs() < 250.0
    });
    let picture = from_rgba(600, 600, &image).unwrap().unwrap();
    let row: f32 = picture[14 * SIDE..15 * SIDE].iter().sum();
    assert!((1.2..2.6).contains(&row), "{row}");
}

proptest! {
    #[test]
    fn never_panics_on_any_image(width in 0usize..40, height in 0usize..40, seed: Vec<u8>) {
        let byte = |i| seed.get(i % (seed.len() + 1)).copied().unwrap_or(255);
        let rgba: Vec<u8> = (0..width * height * 4).map(byte).collect();
        if let Ok(Some(picture)) = from_rgba(width, height, &rgba) {
            prop_assert!(check_pixels(&picture).is_ok());
        }
    }
}

/// A square image, black on transparent.
fn paint(side: usize, is_ink: impl Fn(f32, f32) -> bool) -> Vec<u8> {
    points(side)
        .flat_map(|(x, y)| [0, 0, 0, if is_ink(x, y) { 255 } else { 0 }])
        .collect()
}

#[test]
fn another_size_keeps_ink_where_it_is_and_as_dark_as_it_is() {
    let mut picture = [0.0; 784];
    for row in 8..20 {
        picture[row * 28 + 10..row * 28 + 18].fill(1.0);
    }
    for side in [7, 14, 28, 32, 56, 100] {
        let resized = resized(&picture, side);
        assert_eq!(resized.len(), side * side);
        assert!(
            resized
                .iter()
                .all(|value| (0.0..=1.0 + 1e-6).contains(value))
        );
        // The share of the picture that is ink, and its middle.
        let share = resized.iter().sum::<f32>() / (side * side) as f32;
        assert!((share - 96.0 / 784.0).abs() < 0.02, "{side}: {share}");
        assert_eq!(resized[side / 2 * side + side / 2].round(), 1.0);
        for (row, line) in resized.chunks(side).enumerate() {
            let mirrored = &resized[(side - 1 - row) * side..][..side];
            assert!(line.iter().zip(mirrored).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }
    assert_eq!(resized(&picture, 28), picture);
}
