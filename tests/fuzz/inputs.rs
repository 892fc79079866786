//! The inputs that targets get: good files to begin with, and ways to change them.

mod bytes;
mod json;
mod seeds;
mod tensors;

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// The longest input: short ones are quick, and as good.
const LONGEST: usize = 64 << 10;
/// Inputs that are kept to be changed.
const MOST_KEPT: usize = 256;

/// Changes the first input; the second gives parts.
type Change = fn(&mut StdRng, &[u8], &[u8]) -> Vec<u8>;

pub struct Inputs {
    /// Seeds, then those that were kept.
    kept: Vec<Vec<u8>>,
    good: usize,
    change: Change,
}

impl Inputs {
    /// The inputs of a target, its seeds and the corpus first.
    pub fn of(target: &str, corpus: Vec<Vec<u8>>) -> Self {
        let (mut kept, change): (_, Change) = match target {
            "safetensors" => (seeds::weights(), tensors::change),
            "checkpoint" => (seeds::checkpoints(), tensors::change),
            "idx" => (seeds::idx(), bytes::change),
            "gzip" => (seeds::idx(), pack),
            "strokes" => (seeds::random(), bytes::change),
            "pictures" => (seeds::pictures(), bytes::change),
            "config" => (seeds::configs(), json::change),
            _ => (seeds::recipes(), json::change),
        };
        let good = kept.len();
        kept.extend(corpus);
        Self { kept, good, change }
    }

    /// A kept input with a few changes.
    pub fn next(&self, random: &mut StdRng) -> Vec<u8> {
        // Mostly good ones: most of those that are kept were refused.
        let [one, other] = [0; 2].map(|_| {
            let most = match random.random_ratio(2, 3) {
                true => self.good,
                false => self.kept.len(),
            };
            self.kept[..most].choose(random).expect("there are seeds")
        });
        let mut input = (self.change)(random, one, other);
        input.truncate(LONGEST);
        input
    }

    /// Keeps an input that led somewhere new.
    pub fn keep(&mut self, input: &[u8]) {
        if self.kept.len() < MOST_KEPT {
            self.kept.push(input.to_vec());
        }
    }
}

/// Changes a pair of IDX files before or after it packs them.
fn pack(random: &mut StdRng, one: &[u8], other: &[u8]) -> Vec<u8> {
    if one.get(4..6) == Some(&[0x1f, 0x8b]) {
        return bytes::change(random, one, other);
    }
    let changed = match random.random_ratio(1, 2) {
        true => bytes::change(random, one, other),
        false => one.to_vec(),
    };
    let (length, files) = changed.split_at(changed.len().min(4));
    let length = length.try_into().map_or(0, u32::from_le_bytes) as usize;
    let (images, labels) = files.split_at(length.min(files.len()));
    let [images, labels] = [images, labels].map(|file| gzip(random, file));
    let packed = seeds::pair(&images, &labels);
    match random.random_ratio(1, 2) {
        true => bytes::change(random, &packed, other),
        false => packed,
    }
}

/// A gzip file, sometimes of several members.
fn gzip(random: &mut StdRng, file: &[u8]) -> Vec<u8> {
    let cut = match random.random_ratio(1, 4) {
        true => random.random_range(0..=file.len()),
        false => file.len(),
    };
    let mut packed = Vec::new();
    for part in [&file[..cut], &file[cut..]] {
        if !part.is_empty() {
            let level = Compression::new(random.random_range(0..=6));
            let mut encoder = GzEncoder::new(&mut packed, level);
            encoder.write_all(part).expect("into memory");
        }
    }
    packed
}
