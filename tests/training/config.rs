//! Configurations: presets, refusals, JSON.

use vitpad::config::VitConfig;

#[test]
fn presets_are_valid() {
    for name in VitConfig::PRESETS {
        VitConfig::preset(name).unwrap().validate().unwrap();
    }
}

#[test]
fn presets_have_the_published_size() {
    let found = VitConfig::PRESETS.map(|name| VitConfig::preset(name).unwrap().parameters());
    assert_eq!(found, [139_018, 107_338, 19_658]);
}

#[test]
fn unknown_preset_lists_the_known_ones() {
    let message = VitConfig::preset("huge").unwrap_err().to_string();
    let expected = r#"unknown preset "huge", expected one of default, reference, quick"#;
    assert_eq!(message, expected);
}

fn refusal(change: impl FnOnce(&mut VitConfig)) -> String {
    let mut config = VitConfig::reference();
    change(&mut config);
    config.validate().unwrap_err().to_string()
}

#[test]
fn refuses_impossible_sizes_and_names_the_field() {
    let cases = [
        (
            refusal(|c| c.width = 20),
            "width is 20, expected a multiple of heads 8",
        ),
        (
            refusal(|c| c.patch_size = 5),
            "image_size is 28, expected a multiple of patch_size 5",
        ),
        (
            refusal(|c| c.heads = 0),
            "heads is 0, expected between 1 and 16384",
        ),
        (
            refusal(|c| c.hidden = 100_000),
            "hidden is 100000, expected between 1 and 16384",
        ),
        (
            refusal(|c| c.dropout = f64::NAN),
            "dropout is NaN, expected at least 0 and below 1",
        ),
        (
            refusal(|c| c.layer_norm_eps = 0.0),
            "layer_norm_eps is 0, expected positive and finite",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn a_model_whose_training_does_not_fit_a_tab_is_refused_with_its_size() {
    let config = VitConfig {
        patch_size: 1,
        layers: 500,
        ..VitConfig::default()
    };
    config.check_size().unwrap();
    let refusal = config.check_memory(4).unwrap_err().to_string();
    let expected = "layers is 500, expected a model that is trained in 3500 MB, not ";
    assert!(refusal.starts_with(expected), "{refusal}");
    for name in VitConfig::PRESETS {
        let largest = 4_096;
        VitConfig::preset(name)
            .unwrap()
            .check_memory(largest)
            .unwrap();
    }
}

#[test]
fn json_survives_a_round_trip_and_refuses_unknown_fields() {
    let config = VitConfig::default();
    let json = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<VitConfig>(&json).unwrap(), config);
    let typo = json.replace("layers", "layer");
    assert!(serde_json::from_str::<VitConfig>(&typo).is_err());
}
