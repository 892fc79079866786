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
