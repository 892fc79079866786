//! Draws, held to those of another program.

use serde::Deserialize;
use vitpad::random::{Purpose, Random};

#[derive(Deserialize)]
struct Draws {
    seed: u64,
    purpose: u8,
    index: u64,
    words: Vec<u32>,
    units: Vec<f32>,
    /// Between -0.5 and 1.5.
    between: Vec<f32>,
    below_10: Vec<u32>,
    below_3_000_000_000: Vec<u32>,
    normals: Vec<f32>,
    shuffled_12: Vec<u32>,
}

const PURPOSES: [Purpose; 6] = [
    Purpose::Order,
    Purpose::Augmentation,
    Purpose::Dropout,
    Purpose::Weights,
    Purpose::Split,
    Purpose::Digit,
];

/// As many draws as there are in the list.
fn drawn<T, U>(like: &[U], mut draw: impl FnMut() -> T) -> Vec<T> {
    like.iter().map(|_| draw()).collect()
}

#[test]
fn draws_are_those_that_python_made() {
    let text = include_str!("../fixtures/draws.json");
    let all: Vec<Draws> = serde_json::from_str(text).unwrap();
    assert_eq!(all.len(), PURPOSES.len());
    for draws in all {
        let new = || Random::new(draws.seed, PURPOSES[draws.purpose as usize], draws.index);
        let mut random = new();
        assert_eq!(drawn(&draws.words, || random.word()), draws.words);
        let mut random = new();
        assert_eq!(drawn(&draws.units, || random.unit()), draws.units);
        let mut random = new();
        assert_eq!(
            drawn(&draws.between, || random.between(-0.5, 1.5)),
            draws.between
        );
        let mut random = new();
        assert_eq!(drawn(&draws.below_10, || random.below(10)), draws.below_10);
        let mut random = new();
        let below = drawn(&draws.below_3_000_000_000, || random.below(3_000_000_000));
        assert_eq!(below, draws.below_3_000_000_000);
        let mut random = new();
        assert_eq!(drawn(&draws.normals, || random.normal()), draws.normals);
        let mut numbers: Vec<u32> = (0..12).collect();
        new().shuffle(&mut numbers);
        assert_eq!(numbers, draws.shuffled_12);
    }
}

#[test]
fn draws_are_spread_as_they_should_be() {
    let mut random = Random::new(7, Purpose::Weights, 0);
    let units: Vec<f32> = (0..20_000).map(|_| random.unit()).collect();
    let mean = units.iter().sum::<f32>() / units.len() as f32;
    assert!((mean - 0.5).abs() < 0.01, "{mean}");
    let normals: Vec<f32> = (0..20_000).map(|_| random.normal()).collect();
    let mean = normals.iter().sum::<f32>() / normals.len() as f32;
    let square = normals.iter().map(|x| x * x).sum::<f32>() / normals.len() as f32;
    assert!(
        mean.abs() < 0.03 && (square - 1.0).abs() < 0.05,
        "{mean}, {square}"
    );
    let mut counts = [0; 6];
    for _ in 0..60_000 {
        counts[random.below(6) as usize] += 1;
    }
    assert!(
        counts.iter().all(|count| (9_500..10_500).contains(count)),
        "{counts:?}"
    );
}
