//! Dropout whose choice is a function of a key and of a value's position.
//!
//! So a backward pass needs no mask from the forward pass, a run that goes on from a checkpoint
//! needs no generator's state, and every device drops the same values.

use macerator::{Simd, with_simd};

/// The values to drop (Srivastava et al., 2014); the others grow by 1 / (1 - probability).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    key: u64,
    /// A value is dropped if its hash is below.
    threshold: u32,
    /// The factor that kept values are multiplied with.
    scale: f32,
}

impl Dropout {
    /// Drops nothing.
    pub const NONE: Self = Self {
        key: 0,
        threshold: 0,
        scale: 1.0,
    };

    /// Drops with a probability of at least 0 and below 1.
    pub fn new(probability: f64, seed: u64) -> Self {
        let threshold = (probability * 2f64.powi(32)).round() as u32;
        Self {
            key: split_mix(seed),
            threshold,
            scale: (1.0 / (1.0 - probability)) as f32,
        }
    }

    pub fn is_none(&self) -> bool {
        self.threshold == 0
    }

    /// The same probability with choices of its own, for one of several places in a model.
    pub fn at(&self, place: usize) -> Self {
        Self {
            key: split_mix(self.key.wrapping_add(place as u64)),
            ..*self
        }
    }

    /// The numbers that decide, in a form for other languages: a value is dropped if its hash is below
    /// the first, and multiplied with the second if not.
    pub fn threshold_and_scale(&self) -> (u32, f32) {
        (self.threshold, self.scale)
    }

    /// The key's low and high half.
    pub fn key_words(&self) -> [u32; 2] {
        [self.key as u32, (self.key >> 32) as u32]
    }

    /// Multiplies each value with its factor, 0 or 1 / (1 - probability). They are the values at
    /// positions `first`, `first + step`, `first + 2 · step` and so on.
    pub fn apply(&self, values: &mut [f32], first: usize, step: usize) {
        if !self.is_none() {
            multiply(*self, values, first as u32, step as u32);
        }
    }

    /// The hash is Ellis' `lowbias32` (<https://nullprogram.com/blog/2018/07/31/>), with a key.
    #[inline(always)]
    fn factor(&self, position: u32) -> f32 {
        let mut x = position ^ self.key as u32;
        x = (x ^ (x >> 16)).wrapping_mul(0x7FEB_352D);
        x ^= (self.key >> 32) as u32;
        x = (x ^ (x >> 15)).wrapping_mul(0x846C_A68B);
        x ^= x >> 16;
        if x < self.threshold { 0.0 } else { self.scale }
    }
}

#[with_simd]
#[allow(
    clippy::extra_unused_type_parameters,
    reason = "the compiler vectorises the loop for what `S` stands for"
)]
fn multiply<S: Simd>(dropout: Dropout, values: &mut [f32], first: u32, step: u32) {
    for (index, value) in values.iter_mut().enumerate() {
        let position = first.wrapping_add(step.wrapping_mul(index as u32));
        *value *= dropout.factor(position);
    }
}

/// `SplitMix64` (Steele et al., 2014): neighbouring numbers give unrelated ones.
fn split_mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(dropout: Dropout, count: usize) -> Vec<f32> {
        let mut values = vec![1.0; count];
        dropout.apply(&mut values, 0, 1);
        values
    }

    #[test]
    fn drops_its_share_and_keeps_the_mean() {
        for probability in [0.001, 0.1, 0.5, 0.9] {
            let count = 1_000_000;
            let found = factors(Dropout::new(probability, 7), count);
            let dropped = found.iter().filter(|x| **x == 0.0).count() as f64;
            let expected = probability * count as f64;
            let deviation = (expected * (1.0 - probability)).sqrt();
            assert!(
                (dropped - expected).abs() < 4.0 * deviation,
                "{dropped} of {count} at {probability}"
            );
            let kept = found.iter().copied().fold(0.0, f32::max);
            assert_eq!(kept, (1.0 / (1.0 - probability)) as f32);
        }
    }

    #[test]
    fn places_and_seeds_choose_independently() {
        let dropout = Dropout::new(0.5, 7);
        let one = factors(dropout.at(1), 100_000);
        for other in [dropout.at(2), Dropout::new(0.5, 8).at(1)] {
            let other = factors(other, 100_000);
            let same = one.iter().zip(&other).filter(|(a, b)| a == b).count();
            assert!((49_000..51_000).contains(&same), "{same} of 100000 agree");
        }
        assert_eq!(one, factors(dropout.at(1), 100_000));
    }

    #[test]
    fn a_step_picks_every_so_many_of_all_positions() {
        let dropout = Dropout::new(0.5, 7);
        let all = factors(dropout, 100);
        let mut some = vec![1.0; 9];
        dropout.apply(&mut some, 3, 10);
        let expected: Vec<f32> = all.into_iter().skip(3).step_by(10).take(9).collect();
        assert_eq!(some, expected);
    }

    #[test]
    fn none_changes_nothing() {
        assert_eq!(factors(Dropout::NONE.at(3), 4), [1.0; 4]);
        assert!(Dropout::new(0.0, 7).at(1).is_none());
    }
}
