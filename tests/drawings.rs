//! The shipped weights read the digits of every template, in every hand.
#![cfg(not(target_arch = "wasm32"))]

use serde::Deserialize;
use vitpad::VisionTransformer;
use vitpad::data::{Picture, Stroke, Width, batch, rasterize};
use vitpad::device;
use vitpad::engine::{engine, images};

const WEIGHTS: &[u8] = include_bytes!("../www/weights/default.safetensors");

#[derive(Deserialize)]
struct Template {
    digit: u8,
    name: String,
    strokes: Vec<Vec<[f32; 2]>>,
}

/// How a template is drawn, on a pad whose side is 1.
struct Hand {
    name: &'static str,
    line: f32,
    size: f32,
    /// Where the template's middle goes.
    middle: [f32; 2],
    /// Clockwise.
    degrees: f32,
}

const PLAIN: Hand = Hand {
    name: "plain",
    line: 0.06,
    size: 1.0,
    middle: [0.5, 0.5],
    degrees: 0.0,
};

#[rustfmt::skip]
const HANDS: [Hand; 8] = [
    PLAIN,
    Hand { name: "thick", line: 0.14, ..PLAIN },
    Hand { name: "thin", line: 0.008, ..PLAIN },
    Hand { name: "small", line: 0.03, size: 0.25, ..PLAIN },
    Hand { name: "large", size: 1.2, ..PLAIN },
    Hand { name: "off-centre", size: 0.4, middle: [0.8, 0.2], ..PLAIN },
    Hand { name: "rotated to the right", degrees: 15.0, ..PLAIN },
    Hand { name: "rotated to the left", degrees: -15.0, ..PLAIN },
];

#[test]
fn shipped_weights_read_every_template_in_every_hand() {
    let templates: Vec<Template> =
        serde_json::from_str(include_str!("fixtures/strokes.json")).unwrap();
    let drawings: Vec<(&Template, &Hand)> = templates
        .iter()
        .flat_map(|template| HANDS.iter().map(move |hand| (template, hand)))
        .collect();
    let pictures: Vec<Picture> = drawings
        .iter()
        .map(|(template, hand)| hand.draw(template))
        .collect();
    let wrong: Vec<String> = drawings
        .iter()
        .zip(read(&pictures))
        .filter(|((template, _), digit)| template.digit != *digit)
        .map(|((template, hand), digit)| format!("{} {}: {digit}", hand.name, template.name))
        .collect();
    assert!(wrong.is_empty(), "misread: {wrong:#?}");
}

impl Hand {
    fn draw(&self, template: &Template) -> Picture {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let place = |&[x, y]: &[f32; 2]| {
            let (x, y) = ((x - 0.5) * self.size, (y - 0.5) * self.size);
            let [left, top] = self.middle;
            [left + x * cos - y * sin, top + x * sin + y * cos]
        };
        let stroke = |points: &Vec<[f32; 2]>| Stroke {
            points: points.iter().map(place).collect(),
            width: Width::Even(self.line),
        };
        let strokes: Vec<Stroke> = template.strokes.iter().map(stroke).collect();
        rasterize(&strokes).unwrap().expect("a template has points")
    }
}

/// The digit that the model sees in each picture.
fn read(pictures: &[Picture]) -> Vec<u8> {
    let device = device::cpu().device;
    let model = VisionTransformer::from_safetensors(WEIGHTS, None, &device).unwrap();
    let values = batch::normalized(pictures.as_flattened());
    let images = images(values, &model.config, &device);
    let logits = engine(&model.config, &device, 1).logits(&model, images);
    let logits: Vec<f32> = logits.into_data().try_into_vec().unwrap();
    let digit_of = |row: &[f32]| (0..10).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap() as u8;
    logits.chunks_exact(10).map(digit_of).collect()
}
