//! Digits from templates.

use std::collections::HashSet;

use vitpad::data::synthetic::{digit, range};

use crate::SIDE;

#[test]
fn the_same_seed_and_index_give_the_same_digit_and_others_another() {
    assert_eq!(digit(3, 1 << 40), digit(3, 1 << 40));
    let pictures: HashSet<_> = (0..300)
        .map(|index| digit(1, index).0)
        .chain((0..300).map(|index| digit(2, index).0))
        .collect();
    assert_eq!(pictures.len(), 600);
}

#[test]
fn a_range_is_a_part_of_the_series() {
    let data = range(4, 5..25);
    assert_eq!((data.images.rows, data.images.columns), (SIDE, SIDE));
    assert_eq!((data.images.count, data.labels.len()), (20, 20));
    for index in 0..20 {
        let (picture, label) = digit(4, index as u64 + 5);
        assert_eq!(data.images.image(index), picture);
        assert_eq!(data.labels[index], label);
    }
}

#[test]
fn all_digits_occur_about_equally_often() {
    let labels = range(1, 0..5_000).labels;
    for digit in 0..10 {
        let count = labels.iter().filter(|&&label| label == digit).count();
        assert!((400..600).contains(&count), "{count} of digit {digit}");
    }
    assert!(labels.iter().all(|&label| label < 10));
}

#[test]
fn digits_are_as_large_as_mnists_and_lie_where_they_do() {
    for index in 0..1_000 {
        let (picture, label) = digit(9, index);
        let ink: Vec<(f32, f32, f32)> = (0..SIDE * SIDE)
            .map(|i| {
                (
                    (i % SIDE) as f32 + 0.5,
                    (i / SIDE) as f32 + 0.5,
                    f32::from(picture[i]),
                )
            })
            .filter(|&(.., ink)| ink > 0.0)
            .collect();
        let mass: f32 = ink.iter().map(|(.., ink)| ink).sum();
        assert!(
            mass > 20.0 * 255.0,
            "digit {index}, a {label}, is nearly blank"
        );
        let centre = |axis: fn(&(f32, f32, f32)) -> f32| {
            ink.iter().map(|pixel| axis(pixel) * pixel.2).sum::<f32>() / mass
        };
        let (x, y) = (centre(|pixel| pixel.0), centre(|pixel| pixel.1));
        assert!(
            (x - 14.5).hypot(y - 14.5) < 1.0,
            "{label} {index} is at {x}, {y}"
        );
        let extent = |axis: fn(&(f32, f32, f32)) -> f32| {
            let places = || ink.iter().map(axis);
            places().fold(0.0, f32::max) - places().fold(28.0, f32::min)
        };
        let longest = extent(|pixel| pixel.0).max(extent(|pixel| pixel.1));
        assert!(
            (17.0..=22.0).contains(&longest),
            "{label} {index} is {longest} long"
        );
    }
}
