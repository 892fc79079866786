//! Random changes to training images.

use vitpad::data::augment::Augment;
use vitpad::random::{Purpose, Random};

const NOTHING: Augment = Augment {
    rotation: 0.0,
    scale: 0.0,
    shear: 0.0,
    shift: 0.0,
    elastic: 0.0,
    thickness: 0.0,
};
const SIDE: usize = 13;

/// Two lines three pixels wide.
fn cross() -> Vec<u8> {
    let is_line = |at: usize| (5..8).contains(&at);
    (0..SIDE * SIDE)
        .map(|i| 255 * u8::from(is_line(i % SIDE) || is_line(i / SIDE)))
        .collect()
}

fn random(seed: u64) -> Random {
    Random::new(seed, Purpose::Augmentation, 0)
}

fn apply(augment: Augment, seed: u64) -> Vec<f32> {
    let mut out = vec![f32::NAN; SIDE * SIDE];
    let change = augment.draw(&mut random(seed));
    change.apply_into(&cross(), SIDE, &mut out);
    out
}

/// The ink of a hundred changed crosses, each as a share of the unchanged one's.
fn inks(augment: Augment) -> Vec<f32> {
    let ink = |image: Vec<f32>| image.iter().sum::<f32>();
    let before = ink(apply(NOTHING, 0));
    (0..100)
        .map(|seed| ink(apply(augment, seed)) / before)
        .collect()
}

#[test]
fn amounts_of_zero_keep_every_pixel_and_draw_nothing() {
    let mut drawn = random(1);
    let mut out = vec![f32::NAN; SIDE * SIDE];
    NOTHING
        .draw(&mut drawn)
        .apply_into(&cross(), SIDE, &mut out);
    let expected: Vec<f32> = cross().iter().map(|&x| f32::from(x) / 255.0).collect();
    assert_eq!(out, expected);
    assert_eq!(drawn, random(1));
}

#[test]
fn the_same_seed_gives_the_same_image_and_values_stay_in_range() {
    let apply = |seed| apply(Augment::default(), seed);
    assert_eq!(apply(1), apply(1));
    assert_ne!(apply(1), apply(2));
    let in_range = |seed| apply(seed).iter().all(|value| (0.0..=1.0).contains(value));
    assert!((0..100).all(in_range));
}

#[test]
fn an_elastic_bend_moves_ink_but_keeps_it() {
    let bend = Augment {
        elastic: 1.0,
        ..NOTHING
    };
    assert_ne!(apply(bend, 1), apply(NOTHING, 1));
    let inks = inks(bend);
    let kept = inks.iter().all(|ink| (0.7..1.3).contains(ink));
    assert!(kept, "shares of the ink before: {inks:?}");
}

#[test]
fn a_shift_moves_the_centre_of_mass_within_its_bound() {
    let shift = Augment {
        shift: 2.0,
        ..NOTHING
    };
    let mut square = [0; SIDE * SIDE];
    square[6 * SIDE + 6] = 255;
    let mut out = [0.0; SIDE * SIDE];
    for seed in 0..20 {
        let change = shift.draw(&mut random(seed));
        change.apply_into(&square, SIDE, &mut out);
        let x: f32 = (0..)
            .zip(&out)
            .map(|(i, ink)| (i % SIDE as u16) as f32 * ink)
            .sum();
        let mass: f32 = out.iter().sum();
        assert!(
            (mass - 1.0).abs() < 1e-4 && (x - 6.0).abs() <= 2.0,
            "{mass} at {x}"
        );
    }
}

#[test]
fn thickness_adds_ink_to_some_images_and_takes_it_from_others() {
    let inks = inks(Augment {
        thickness: 1.0,
        ..NOTHING
    });
    assert!(inks.iter().any(|&ink| ink > 1.2), "{inks:?}");
    assert!(inks.iter().any(|&ink| ink < 0.8), "{inks:?}");
    assert!(
        inks.iter().all(|&ink| (0.3..2.0).contains(&ink)),
        "{inks:?}"
    );
}

#[test]
fn refuses_impossible_amounts_and_names_the_field() {
    Augment::default().validate().unwrap();
    NOTHING.validate().unwrap();
    let refusal = |augment: Augment| augment.validate().unwrap_err().to_string();
    let cases = [
        (
            refusal(Augment {
                rotation: -1.0,
                ..NOTHING
            }),
            "augment.rotation is -1, expected between 0 and 180",
        ),
        (
            refusal(Augment {
                scale: 1.0,
                ..NOTHING
            }),
            "augment.scale is 1, expected between 0 and 0.9",
        ),
        (
            refusal(Augment {
                elastic: f32::NAN,
                ..NOTHING
            }),
            "augment.elastic is NaN, expected between 0 and 28",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn json_survives_a_round_trip_and_refuses_unknown_fields() {
    let json = serde_json::to_string(&Augment::default()).unwrap();
    assert_eq!(
        serde_json::from_str::<Augment>(&json).unwrap(),
        Augment::default()
    );
    let typo = json.replace("shear", "sheer");
    assert!(serde_json::from_str::<Augment>(&typo).is_err());
}
