//! The table of hyperparameters, the configurations and the TypeScript types say the same.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vitpad::config::VitConfig;
use vitpad::data::augment::Augment;
use vitpad::schema::{Group, HYPERPARAMETERS, Hyperparameter, Limits, PRESETS};
use vitpad::train::Recipe;

const TYPES: &str = include_str!("../src/api/types.d.ts");

fn config() -> Value {
    serde_json::to_value(VitConfig::default()).expect("a plain struct")
}

fn recipe() -> Value {
    let recipe = Recipe {
        augment: Some(Augment::default()),
        ..Recipe::accurate()
    };
    serde_json::to_value(recipe).expect("a plain struct")
}

/// The paths of all values: `width`, `betas[0]`, `augment.shear`.
fn paths(value: &Value, prefix: &str) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match prefix {
                "" => paths(value, name),
                _ => paths(value, &format!("{prefix}.{name}")),
            })
            .collect(),
        Value::Array(items) => (0..items.len())
            .map(|index| format!("{prefix}[{index}]"))
            .collect(),
        _ => vec![prefix.into()],
    }
}

fn is_of_the_model(entry: &Hyperparameter) -> bool {
    matches!(entry.group, Group::Data | Group::Config)
}

#[test]
fn the_table_has_every_hyperparameter_and_no_other() {
    for (value, of_the_model) in [(config(), true), (recipe(), false)] {
        let expected: BTreeSet<String> = paths(&value, "").into_iter().collect();
        let found: BTreeSet<String> = HYPERPARAMETERS
            .iter()
            // Augmentation as a whole is on or off.
            .filter(|entry| is_of_the_model(entry) == of_the_model && entry.name != "augment")
            .map(|entry| entry.name.to_owned())
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn choices_are_those_that_configurations_take_and_numbers_those_that_they_hold() {
    for entry in HYPERPARAMETERS
        .iter()
        .filter(|entry| entry.name != "augment")
    {
        let mut whole = if is_of_the_model(entry) {
            config()
        } else {
            recipe()
        };
        match entry.limits {
            Limits::Choice { choices } => {
                whole[entry.name] = json!("another");
                let refusal = refusal(entry, whole);
                // "unknown variant `another`, expected `gelu` or `relu`"
                let known: Vec<_> = refusal.split('`').skip(3).step_by(2).collect();
                let offered: Vec<_> = choices.iter().map(|[choice, _]| *choice).collect();
                assert_eq!(known, offered, "{}", entry.name);
                assert!(TYPES.contains(&format!("  {}: {};", entry.name, union(choices))));
            }
            Limits::Whole { .. } => assert!(whole[entry.name].is_u64(), "{}", entry.name),
            Limits::Number { .. } => {}
        }
    }
}

fn refusal(entry: &Hyperparameter, whole: Value) -> String {
    let refused = if is_of_the_model(entry) {
        serde_json::from_value::<VitConfig>(whole).err()
    } else {
        serde_json::from_value::<Recipe>(whole).err()
    };
    refused.expect("no such choice").to_string()
}

/// In TypeScript.
fn union(choices: &[[&str; 2]]) -> String {
    let quoted: Vec<_> = choices
        .iter()
        .map(|[each, _]| format!("\"{each}\""))
        .collect();
    quoted.join(" | ")
}

#[test]
fn presets_have_names_for_people() {
    for [name, label] in PRESETS {
        assert!(VitConfig::preset(name).is_ok() && Recipe::preset(name).is_ok());
        assert!(label.to_lowercase().starts_with(name), "{label}");
    }
    assert!(TYPES.contains(&format!("export type Preset = {};", union(&PRESETS))));
}

/// The fields that an interface of types.d.ts declares.
fn declared(interface: &str) -> BTreeSet<String> {
    let start = format!("export interface {interface} {{");
    let body = TYPES.split_once(&start).expect("declared").1;
    let body = body.split_once("\n}").expect("an end").0;
    let field = |line: &str| {
        let (name, _) = line.trim().split_once(':')?;
        let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        is_name.then(|| name.to_owned())
    };
    body.lines().filter_map(field).collect()
}

#[test]
fn typescript_declares_what_there_is() {
    let augment = serde_json::to_value(Augment::default()).expect("a plain struct");
    for (interface, value) in [
        ("VitConfig", config()),
        ("Recipe", recipe()),
        ("Augment", augment),
    ] {
        let fields = value.as_object().expect("an object").keys().cloned();
        assert_eq!(declared(interface), fields.collect(), "{interface}");
    }
}
