//! Recipes: learning rates, presets, refusals.

use vitpad::config::VitConfig;
use vitpad::train::{Recipe, Schedule};

#[test]
fn cosine_rises_through_the_warm_up_and_falls_to_zero() {
    let recipe = Recipe {
        learning_rate: 1.0,
        schedule: Schedule::Cosine,
        warmup: 10,
        ..Recipe::published()
    };
    let rates: Vec<f64> = (0..=110)
        .map(|step| recipe.learning_rate(step, 110))
        .collect();
    assert_eq!(rates[0], 0.1);
    assert_eq!(rates[9], 1.0);
    assert_eq!(rates[10], 1.0);
    assert!((rates[60] - 0.5).abs() < 1e-12);
    assert!(rates[110].abs() < 1e-12);
    assert!(rates[10..].is_sorted_by(|a, b| a >= b));
}

#[test]
fn constant_stays_after_the_warm_up() {
    let recipe = Recipe {
        learning_rate: 1.0,
        warmup: 4,
        ..Recipe::published()
    };
    let rates: Vec<f64> = (0..7).map(|step| recipe.learning_rate(step, 7)).collect();
    assert_eq!(rates, [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0]);
}

#[test]
fn a_run_shorter_than_the_warm_up_has_finite_rates() {
    let recipe = Recipe::accurate();
    assert!((0..20).all(|step| recipe.learning_rate(step, 10).is_finite()));
}

#[test]
fn presets_are_valid_and_survive_json() {
    for name in VitConfig::PRESETS {
        let recipe = Recipe::preset(name).unwrap();
        recipe.validate().unwrap();
        let json = serde_json::to_string(&recipe).unwrap();
        assert_eq!(serde_json::from_str::<Recipe>(&json).unwrap(), recipe);
    }
}

fn refusal(change: impl FnOnce(&mut Recipe)) -> String {
    let mut recipe = Recipe::accurate();
    change(&mut recipe);
    recipe.validate().unwrap_err().to_string()
}

#[test]
fn refuses_impossible_values_and_names_the_field() {
    let cases = [
        (
            refusal(|r| r.batch = 0),
            "batch is 0, expected between 1 and 4096",
        ),
        (
            refusal(|r| r.learning_rate = f64::NAN),
            "learning_rate is NaN, expected above 0 and at most 1",
        ),
        (
            refusal(|r| r.betas[1] = 1.0),
            "betas[1] is 1, expected at least 0 and below 1",
        ),
        (
            refusal(|r| r.clip_norm = Some(0.0)),
            "clip_norm is 0, expected positive and finite",
        ),
        (
            refusal(|r| r.label_smoothing = 1.5),
            "label_smoothing is 1.5, expected between 0 and 1",
        ),
        (
            refusal(|r| r.seed = 1 << 53),
            "seed is 9007199254740992, expected at most 9007199254740991",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}
