//! What JavaScript sees of the API, checked once per device.
#![allow(dead_code, reason = "each test target uses its part")]

use js_sys::{Array, Error, Float32Array, Object, Reflect, Uint8Array};
use vitpad::api::{Classifier, probe_webgpu};
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::ImageData;

pub const DEFAULT_WEIGHTS: &[u8] = include_bytes!("../../www/weights/default.safetensors");

pub async fn load(device: &str, weights: &[u8]) -> Result<Classifier, JsValue> {
    let weights = Uint8Array::from(weights).into();
    let options = object(&[("device", device.into()), ("weights", weights)]);
    let classifier = JsFuture::from(Classifier::load(options)).await?;
    Ok(Classifier::try_from_js_value(classifier).expect("a classifier"))
}

/// Bytes and pixels are read before a call returns: the caller may use its buffers again at once.
pub async fn check_inputs_are_read_at_once() {
    let weights = Uint8Array::from(DEFAULT_WEIGHTS);
    let options = object(&[
        ("device", "cpu".into()),
        ("weights", weights.clone().into()),
    ]);
    let loading = Classifier::load(options);
    weights.fill(0, 0, weights.length());
    let classifier = JsFuture::from(loading)
        .await
        .expect("weights that were there");
    let classifier = Classifier::try_from_js_value(classifier).expect("a classifier");
    let points = Float32Array::new_with_length(40);
    for i in 0..20 {
        points.set_index(2 * i, 100.0);
        points.set_index(2 * i + 1, 40.0 + 10.0 * i as f32);
    }
    let stroke = object(&[("points", points.clone().into()), ("width", 16.0.into())]);
    let reading = classifier.classify(Array::of1(&stroke).into());
    points.fill(0.0, 0, points.length());
    check_one(&JsFuture::from(reading).await.expect("a prediction"));
}

pub async fn load_default(device: &str) -> Classifier {
    load(device, DEFAULT_WEIGHTS)
        .await
        .expect("the default weights load")
}

pub fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        Reflect::set(&object, &(*name).into(), value).expect("an object");
    }
    object.into()
}

pub fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).expect("an object")
}

/// The `code` of what must be a real `Error` with a message.
pub fn code(error: &JsValue) -> String {
    let error: &Error = error.dyn_ref().expect("an Error");
    assert_ne!(error.message(), "");
    get(error, "code").as_string().expect("a code")
}

pub fn device_kind(classifier: &Classifier) -> String {
    get(&classifier.device_info(), "kind")
        .as_string()
        .expect("a string")
}

pub fn fallback_code(classifier: &Classifier) -> Option<String> {
    let fallback = get(&classifier.device_info(), "fallback");
    if fallback.is_null() {
        return None;
    }
    assert_ne!(get(&fallback, "reason").as_string().expect("words"), "");
    get(&fallback, "code").as_string()
}

async fn probed() -> JsValue {
    JsFuture::from(probe_webgpu()).await.expect("a report")
}

pub async fn adapter_is_software() -> bool {
    get(&probed().await, "software") == JsValue::TRUE
}

pub async fn check_probe_with_adapter() {
    let report = probed().await;
    assert_eq!(get(&report, "usable"), JsValue::TRUE, "{report:?}");
    assert_ne!(get(&report, "description").as_string(), Some(String::new()));
    let software = get(&report, "software") == JsValue::TRUE;
    assert_eq!(get(&report, "reason").is_string(), software);
}

async fn classify(classifier: &Classifier, image: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(classifier.classify(image)).await
}

/// A value that a script makes, with a will of its own.
pub fn hostile(script: &str) -> JsValue {
    js_sys::eval(script).expect("a value")
}

/// A vertical line, which is a one.
fn one() -> JsValue {
    let points: Vec<f32> = (0..20)
        .flat_map(|i| [100.0, 40.0 + 10.0 * i as f32])
        .collect();
    stroke(&points, 16.0.into())
}

fn stroke(points: &[f32], width: JsValue) -> JsValue {
    let points = Float32Array::from(points).into();
    Array::of1(&object(&[("points", points), ("width", width)])).into()
}

fn check_one(prediction: &JsValue) -> Vec<f32> {
    assert_eq!(get(prediction, "digit"), JsValue::from(1));
    let probabilities = Float32Array::from(get(prediction, "probabilities")).to_vec();
    assert_eq!(probabilities.len(), 10);
    assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-4);
    assert!(probabilities[1] > 0.5);
    assert!(get(prediction, "milliseconds").as_f64().expect("a number") >= 0.0);
    let image = Float32Array::from(get(prediction, "image")).to_vec();
    assert_eq!(image.len(), 784);
    image
}

/// Strokes, the picture they make, and the same as an `ImageData` are all read as a one.
pub async fn check_images(classifier: &Classifier) {
    let prediction = classify(classifier, one()).await.expect("a prediction");
    let picture = check_one(&prediction);
    let values = Float32Array::from(picture.as_slice()).into();
    let again = classify(classifier, values).await.expect("a prediction");
    assert_eq!(check_one(&again), picture);

    let ink = |i: usize| (24..32).contains(&(i % 56)) && (8..48).contains(&(i / 56));
    let paper = [255, 255, 255, 255];
    let rgba: Vec<u8> = (0..56 * 56)
        .flat_map(|i| if ink(i) { [0, 0, 0, 255] } else { paper })
        .collect();
    let image = ImageData::new_with_u8_clamped_array(Clamped(&rgba), 56).expect("an image");
    check_one(
        &classify(classifier, image.into())
            .await
            .expect("a prediction"),
    );

    let blank = Float32Array::new_with_length(784).into();
    for nothing in [Array::new().into(), blank] {
        assert_eq!(classify(classifier, nothing).await, Ok(JsValue::NULL));
    }
}

pub async fn check_bad_input(classifier: &Classifier) {
    let values = |value: f32, count: usize| -> JsValue {
        Float32Array::from(vec![value; count].as_slice()).into()
    };
    let cases = [
        (values(0.5, 783), "invalid-image"),
        (values(f32::NAN, 784), "invalid-image"),
        (values(1.5, 784), "invalid-image"),
        (values(-0.1, 784), "invalid-image"),
        (stroke(&[1.0, f32::NAN], 2.0.into()), "invalid-image"),
        (stroke(&[1.0, 2.0], (-1.0).into()), "invalid-image"),
        (stroke(&[1.0, 2.0, 3.0], 2.0.into()), "invalid-argument"),
        (stroke(&[1.0, 2.0], "wide".into()), "invalid-argument"),
        (stroke(&[1.0; 100_002], 2.0.into()), "invalid-image"),
        (Array::of1(&JsValue::NULL).into(), "invalid-argument"),
        (
            hostile("Object.defineProperty([0], 0, { get() { throw Error(7) } })"),
            "invalid-argument",
        ),
        (
            hostile("new Proxy(new Float32Array(784), {})"),
            "invalid-argument",
        ),
        (
            hostile("[{ points: new Proxy(Float32Array.of(1, 2), {}), width: 2 }]"),
            "invalid-argument",
        ),
        (
            hostile(
                "let x = new Float32Array(784); structuredClone(x, { transfer: [x.buffer] }); x",
            ),
            "invalid-image",
        ),
        ("seven".into(), "invalid-argument"),
        (JsValue::UNDEFINED, "invalid-argument"),
    ];
    for (image, expected) in cases {
        let error = classify(classifier, image).await.expect_err("bad input");
        assert_eq!(code(&error), expected, "{error:?}");
    }
    check_one(&classify(classifier, one()).await.expect("still usable"));
}

pub async fn check_bad_options() {
    let weights = || JsValue::from(Uint8Array::from(DEFAULT_WEIGHTS));
    let cut = Uint8Array::from(&DEFAULT_WEIGHTS[..1000]).into();
    let device = |device: JsValue| [("device", device), ("weights", weights())];
    let cases = [
        (object(&device("gpu".into())), "unknown-device"),
        (object(&device(7.into())), "invalid-argument"),
        (
            object(&[
                ("device", "cpu".into()),
                ("preset", "huge".into()),
                ("weights", weights()),
            ]),
            "unknown-preset",
        ),
        (object(&[("device", "cpu".into())]), "invalid-argument"),
        (
            object(&[("device", "cpu".into()), ("weights", "text".into())]),
            "invalid-argument",
        ),
        (
            object(&[("device", "cpu".into()), ("weights", cut)]),
            "not-safetensors",
        ),
        (JsValue::UNDEFINED, "invalid-argument"),
    ];
    for (options, expected) in cases {
        let loaded = JsFuture::from(Classifier::load(options)).await;
        let error = loaded.expect_err("bad options");
        assert_eq!(code(&error), expected, "{error:?}");
    }
}

pub async fn check_free_in_flight(classifier: Classifier) {
    let running = classifier.classify(one());
    drop(classifier);
    check_one(&JsFuture::from(running).await.expect("it finishes"));
}
