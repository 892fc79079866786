//! Changes to safetensors files: to their header, to the JSON in its metadata, and to their numbers.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use serde_json::{Map, Value, json};

use super::{bytes, json as values};

const DTYPES: [&str; 10] = [
    "F32", "F16", "BF16", "F64", "I32", "U8", "I8", "BOOL", "F4", "F8_E4M3",
];
/// Float32 numbers at which arithmetic breaks.
const NUMBERS: [f32; 10] = [
    f32::NAN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::MAX,
    -1e30,
    70_000.0,
    f32::MIN_POSITIVE,
    1e-45,
    0.0,
    -0.0,
];

/// A copy with a few changes.
pub fn change(random: &mut StdRng, input: &[u8], other: &[u8]) -> Vec<u8> {
    let (Some((mut header, data)), true) = (split(input), random.random_ratio(15, 16)) else {
        return bytes::change(random, input, other);
    };
    let mut data = data.to_vec();
    let other = split(other).map(|(header, _)| header).unwrap_or_default();
    for _ in 0..random.random_range(1..=2) {
        change_once(random, &mut header, &mut data, &other);
    }
    let header = Value::from(header).to_string();
    let length = match random.random_ratio(1, 32) {
        true => random.next_u64() >> random.random_range(0..64),
        false => header.len() as u64,
    };
    [&length.to_le_bytes(), header.as_bytes(), &data].concat()
}

fn change_once(
    random: &mut StdRng,
    header: &mut Map<String, Value>,
    data: &mut Vec<u8>,
    other: &Map<String, Value>,
) {
    let names: Vec<String> = header
        .keys()
        .filter(|name| *name != METADATA)
        .cloned()
        .collect();
    let Some(name) = names.choose(random) else {
        return;
    };
    match random.random_range(0..16) {
        0..5 => change_metadata(random, header, other),
        5..8 => set_numbers(random, data),
        8 => shift(random, header, &names),
        9 => {
            let tensor = header.remove(name).unwrap_or_default();
            header.insert(format!("{name}.more"), tensor);
        }
        10 => cut(header, data, name),
        11 => set(header, name, "dtype", json!(DTYPES.choose(random))),
        12 => {
            let mut shape = header[name]["shape"].clone();
            if let Some(sizes) = shape.as_array_mut() {
                sizes.reverse();
            }
            set(header, name, "shape", shape);
        }
        13 => {
            let part = other.get(name).cloned();
            header.insert(name.clone(), part.unwrap_or_default());
        }
        _ => values::change_value(random, &mut header[name], &Value::Null),
    }
}

fn set(header: &mut Map<String, Value>, name: &str, field: &str, value: Value) {
    if let Some(Value::Object(tensor)) = header.get_mut(name) {
        tensor.insert(field.into(), value);
    }
}

/// The place of a tensor's bytes.
fn places(tensor: &Value) -> [u64; 2] {
    [0, 1].map(|at| tensor["data_offsets"][at].as_u64().unwrap_or(0))
}

const METADATA: &str = "__metadata__";

/// The header and what follows it.
fn split(file: &[u8]) -> Option<(Map<String, Value>, &[u8])> {
    let (length, rest) = file.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (header, data) = rest.split_at_checked(length)?;
    Some((serde_json::from_slice(header).ok()?, data))
}

/// Changes a value in the JSON that an entry of the metadata holds.
fn change_metadata(
    random: &mut StdRng,
    header: &mut Map<String, Value>,
    other: &Map<String, Value>,
) {
    let Some(Value::Object(entries)) = header.get_mut(METADATA) else {
        return;
    };
    let keys: Vec<String> = entries.keys().cloned().collect();
    let Some(key) = keys.choose(random) else {
        return;
    };
    let inner = |value: &Value| serde_json::from_str(value.as_str()?).ok();
    let Some(mut value) = inner(&entries[key]) else {
        return;
    };
    let other = other.get(METADATA).and_then(|all| inner(all.get(key)?));
    values::change_value(random, &mut value, &other.unwrap_or_default());
    entries.insert(key.clone(), Value::from(value.to_string()));
}

fn set_numbers(random: &mut StdRng, data: &mut [u8]) {
    let numbers = data.as_chunks_mut::<4>().0;
    if numbers.is_empty() {
        return;
    }
    let number = NUMBERS.choose(random).expect("some").to_le_bytes();
    let start = random.random_range(0..numbers.len());
    let count = *[1, 1, 16, usize::MAX].choose(random).expect("some");
    for place in numbers.iter_mut().skip(start).take(count) {
        *place = number;
    }
}

/// Adds to the places of tensors from some place on, and makes one longer by as much.
fn shift(random: &mut StdRng, header: &mut Map<String, Value>, names: &[String]) {
    let by = 1 << random.random_range(0..64);
    let from = places(&header[names.choose(random).expect("some")])[0];
    for name in names {
        let [start, end] = places(&header[name]);
        let longer = end.wrapping_add(by);
        if start > from {
            set(
                header,
                name,
                "data_offsets",
                json!([start.wrapping_add(by), longer]),
            );
        } else if start == from {
            set(header, name, "data_offsets", json!([start, longer]));
            set(header, name, "dtype", json!("U8"));
            set(header, name, "shape", json!([longer.wrapping_sub(start)]));
        }
    }
}

/// Takes a tensor out, and its bytes.
fn cut(header: &mut Map<String, Value>, data: &mut Vec<u8>, name: &str) {
    let [start, end] = places(&header.remove(name).unwrap_or_default());
    if start > end || end > data.len() as u64 {
        return;
    }
    data.drain(start as usize..end as usize);
    let names: Vec<String> = header.keys().cloned().collect();
    for name in names {
        let place = places(&header[&name]);
        if place[0] >= end {
            let place = place.map(|at| at.wrapping_sub(end - start));
            set(header, &name, "data_offsets", json!(place));
        }
    }
}
