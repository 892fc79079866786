//! Changes to JSON.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::Value;

use super::bytes;

/// JSON of values at which reading or arithmetic breaks.
const VALUES: [&str; 40] = [
    "0",
    "1",
    "2",
    "3",
    "4",
    "7",
    "8",
    "10",
    "28",
    "255",
    "256",
    "4096",
    "4097",
    "16384",
    "16385",
    "4294967295",
    "4294967296",
    "9007199254740991",
    "9007199254740992",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-1",
    "-0.0",
    "0.5",
    "0.999999999999",
    "1e-46",
    "1e-300",
    "3.4e38",
    "1e39",
    "1e308",
    "null",
    "true",
    "\"\"",
    "\"adamw\"",
    "\"post\"",
    "[]",
    "{}",
    "[0.9,0.999]",
    "[1,[2,[3,[4]]]]",
];
/// Texts that only a parser sees.
const TEXTS: [&str; 6] = ["NaN", "1e999", "-", "\"\\ud800\"", "01", "Infinity"];

/// A copy with a few values changed, or bytes of it.
pub fn change(random: &mut StdRng, input: &[u8], other: &[u8]) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice(input) else {
        return bytes::change(random, input, other);
    };
    let other = serde_json::from_slice(other).unwrap_or_default();
    for _ in 0..*[1, 1, 2, 3].choose(random).expect("some") {
        change_value(random, &mut value, &other);
    }
    let mut text = value.to_string();
    match random.random_range(0..32) {
        0 => return bytes::change(random, text.as_bytes(), input),
        1 => replace_number(random, &mut text),
        2 => text = text.replacen('{', &"[".repeat(200), 1),
        _ => {}
    }
    text.into_bytes()
}

/// Changes one value somewhere in `value`; `other` gives parts.
pub fn change_value(random: &mut StdRng, value: &mut Value, other: &Value) {
    let goes_on = random.random_ratio(9, 10);
    match value {
        Value::Object(fields) if goes_on && !fields.is_empty() => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = names.choose(random).expect("not empty");
            match random.random_range(0..12) {
                0 => drop(fields.remove(name)),
                1 if random.random_ratio(1, 4) => {
                    let moved = fields.remove(name).unwrap_or_default();
                    fields.insert(names.choose(random).expect("not empty").clone(), moved);
                }
                2 => {
                    if let Some(part) = other.get(name) {
                        fields.insert(name.clone(), part.clone());
                    }
                }
                _ => change_value(random, &mut fields[name], &other[name]),
            }
        }
        Value::Array(items) if goes_on && !items.is_empty() => {
            let at = random.random_range(0..items.len());
            match random.random_range(0..6) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => change_value(random, &mut items[at], other),
            }
        }
        _ => *value = another(random, value),
    }
}

fn another(random: &mut StdRng, value: &Value) -> Value {
    let near = match value.as_f64() {
        Some(number) if random.random_ratio(1, 2) => {
            let changes = [
                number + 1.0,
                number - 1.0,
                number * 2.0,
                number / 2.0,
                -number,
            ];
            changes.choose(random).copied()
        }
        _ => None,
    };
    match near {
        // Sizes stay whole numbers.
        Some(near) if near.fract() == 0.0 && value.is_u64() => Value::from(near as i64),
        Some(near) => Value::from(near),
        None => {
            let text = VALUES.choose(random).expect("some");
            serde_json::from_str(text).unwrap_or_default()
        }
    }
}

/// Puts what is no JSON in the place of a number.
fn replace_number(random: &mut StdRng, text: &mut String) {
    let digit = |c: char| c.is_ascii_digit();
    let starts: Vec<usize> = text.match_indices(digit).map(|(at, _)| at).collect();
    if let Some(&start) = starts.choose(random) {
        let rest = &text[start..];
        let length = rest.find(|c| !digit(c)).unwrap_or(rest.len());
        let new = TEXTS.choose(random).expect("some");
        text.replace_range(start..start + length, new);
    }
}
