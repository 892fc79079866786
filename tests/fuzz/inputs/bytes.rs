//! Changes to bytes, whatever they mean.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

/// Numbers at which formats and arithmetic break.
const NUMBERS: [u64; 16] = [
    0,
    1,
    2,
    7,
    28,
    0x7f,
    0xff,
    0x100,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    1 << 53,
    1 << 63,
    u64::MAX,
];

/// A copy with a change or a few; `other` gives parts.
pub fn change(random: &mut StdRng, input: &[u8], other: &[u8]) -> Vec<u8> {
    let mut input = input.to_vec();
    for _ in 0..*[1, 1, 1, 2, 5].choose(random).expect("some") {
        change_once(random, &mut input, other);
    }
    input
}

fn change_once(random: &mut StdRng, input: &mut Vec<u8>, other: &[u8]) {
    if input.is_empty() {
        input.extend(part(random, other));
        return;
    }
    let at = place(random, input.len());
    match random.random_range(0..10) {
        0 | 1 => input[at] ^= 1 << random.random_range(0..8),
        2 => input[at] = random.next_u32() as u8,
        3 | 4 => write_number(random, &mut input[at..]),
        5 => input.truncate(at),
        6 => drop(input.drain(at..(at + length(random)).min(input.len()))),
        7 => {
            let again = part(random, input);
            input.splice(at..at, again);
        }
        8 => {
            let end = (at + length(random)).min(input.len());
            input.splice(at..end, part(random, other));
        }
        _ => {
            let mut noise = vec![0; length(random)];
            random.fill_bytes(&mut noise);
            input.splice(at..at, noise);
        }
    }
}

/// A number of 2, 4 or 8 bytes, in either order.
fn write_number(random: &mut StdRng, place: &mut [u8]) {
    let number = *NUMBERS.choose(random).expect("some");
    let size = *[2, 4, 4, 8].choose(random).expect("some");
    let bytes = match random.random_ratio(1, 2) {
        true => number.to_le_bytes()[..size].to_vec(),
        false => number.to_be_bytes()[8 - size..].to_vec(),
    };
    for (byte, new) in place.iter_mut().zip(bytes) {
        *byte = new;
    }
}

/// An index; half of them in the header.
fn place(random: &mut StdRng, length: usize) -> usize {
    let end = match random.random_ratio(1, 2) {
        true => length.min(32),
        false => length,
    };
    random.random_range(0..end)
}

fn part(random: &mut StdRng, bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return vec![random.next_u32() as u8];
    }
    let start = random.random_range(0..bytes.len());
    let end = (start + length(random)).min(bytes.len());
    bytes[start..end].to_vec()
}

/// Mostly short.
fn length(random: &mut StdRng) -> usize {
    1 << random.random_range(0..10)
}
