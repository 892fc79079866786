//! Training as JavaScript sees it, checked once per device.
#![allow(dead_code, reason = "each test target uses its part")]

use js_sys::{
    Array, ArrayBuffer, AsyncIterator, Float32Array, Function, Reflect, Symbol, Uint8Array,
};
use vitpad::api::{DataSet, Trainer, check_options, preset};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::api::{code, get, hostile, object};

pub fn number(target: &JsValue, name: &str) -> f64 {
    get(target, name).as_f64().expect("a number")
}

fn floats(target: &JsValue, name: &str) -> Vec<f32> {
    Float32Array::from(get(target, name)).to_vec()
}

fn synthetic(images: u32) -> JsValue {
    let options = object(&[("images", images.into())]);
    DataSet::synthetic(options).expect("images")
}

/// Options of a run of two epochs of 4 steps that learns in moments.
fn options(device: &str, data: &JsValue) -> JsValue {
    let config = [
        ("width", 16.into()),
        ("heads", 2.into()),
        ("layers", 1.into()),
        ("hidden", 32.into()),
        ("dropout", 0.1.into()),
    ];
    let recipe = [("batch", 8.into()), ("epochs", 2.into())];
    object(&[
        ("device", device.into()),
        ("data", data.clone()),
        ("config", object(&config)),
        ("recipe", object(&recipe)),
    ])
}

/// Calls a method of a JavaScript object and awaits what it gives.
async fn call(target: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = get(target, name).unchecked_into();
    let arguments: Array = arguments.iter().collect();
    let result = method.apply(target, &arguments)?;
    JsFuture::from(js_sys::Promise::resolve(&result)).await
}

async fn create(device: &str) -> JsValue {
    let options = options(device, &synthetic(32));
    Trainer::create(options).await.expect("a run")
}

/// A run to its end, interrupted by a checkpoint: losses, positions, evaluation, live reading.
pub async fn check_run(device: &str) {
    let trainer = create(device).await;
    assert_eq!(get(&get(&trainer, "deviceInfo"), "kind"), device);
    let first = call(&trainer, "step", &[3.into()]).await.expect("steps");
    assert_eq!(floats(&first, "losses").len(), 3);
    assert_eq!(number(&first, "images"), 24.0);
    // An epoch's end ends the call too.
    let second = call(&trainer, "step", &[3.into()]).await.expect("steps");
    assert_eq!(floats(&second, "losses").len(), 1);
    assert_eq!(
        (number(&second, "step"), number(&second, "epoch")),
        (4.0, 1.0)
    );

    let evaluation = call(&trainer, "evaluate", &[])
        .await
        .expect("an evaluation");
    assert_eq!(number(&evaluation, "images"), 1000.0);
    let checkpoint = call(&trainer, "checkpoint", &[]).await.expect("bytes");
    let rest = call(&trainer, "step", &[4.into()]).await.expect("steps");
    assert_eq!(get(&rest, "done"), JsValue::TRUE);

    let half = Trainer::weights_of(&checkpoint, "float16".into()).expect("weights");
    assert!(half.len() < Uint8Array::from(checkpoint.clone()).length() as usize / 4);
    let resume = object(&[("device", device.into())]);
    let resumed = Trainer::resume(&checkpoint, resume).await.expect("resumes");
    let history = get(&resumed, "history");
    assert_eq!(floats(&history, "losses").len(), 4);
    assert_eq!(Array::from(&get(&history, "evaluations")).length(), 1);
    let again = call(&resumed, "step", &[4.into()]).await.expect("steps");
    assert_eq!(floats(&again, "losses"), floats(&rest, "losses"));

    let classifier = call(&resumed, "classifier", &[])
        .await
        .expect("a classifier");
    let picture = Float32Array::from([0.5f32; 784].as_slice());
    let prediction = call(&classifier, "classify", &[picture.into()]).await;
    assert!(number(&prediction.expect("a prediction"), "digit") < 10.0);
    let weights = call(&resumed, "weights", &["float16".into()])
        .await
        .expect("bytes");
    assert!(Uint8Array::from(weights).length() > 1000);
}

/// `for await`, and a signal that ends it.
pub async fn check_iteration() {
    let trainer = create("cpu").await;
    let own: Function = Reflect::get(&trainer, &Symbol::async_iterator())
        .expect("an object")
        .unchecked_into();
    let steps: AsyncIterator = own.call0(&trainer).expect("an iterator").unchecked_into();
    for step in 1..=8 {
        let result = JsFuture::from(steps.next().expect("a promise"))
            .await
            .expect("a step");
        assert_eq!(get(&result, "done"), JsValue::FALSE);
        assert_eq!(number(&get(&result, "value"), "step"), f64::from(step));
    }
    let end = JsFuture::from(steps.next().expect("a promise")).await;
    assert_eq!(get(&end.expect("an end"), "done"), JsValue::TRUE);

    let same: Function = Reflect::get(&steps, &Symbol::async_iterator())
        .expect("an object")
        .unchecked_into();
    assert_eq!(same.call0(&steps), Ok(steps.into()));

    let trainer = create("cpu").await;
    let signal = call(
        &get(&js_sys::global(), "AbortSignal"),
        "abort",
        &["enough".into()],
    )
    .await
    .expect("in every browser");
    for (method, arguments) in [
        ("step", vec![1.into(), signal.clone()]),
        ("evaluate", vec![object(&[("signal", signal.clone())])]),
    ] {
        let reason = call(&trainer, method, &arguments)
            .await
            .expect_err("aborted");
        assert_eq!(reason, "enough");
    }
    assert_eq!(number(&get(&trainer, "position"), "step"), 0.0);
    call(&trainer, "step", &[]).await.expect("still usable");
}

pub async fn check_freed() {
    let trainer = create("cpu").await;
    let own: Function = Reflect::get(&trainer, &Symbol::async_iterator())
        .expect("an object")
        .unchecked_into();
    let free: Function = get(&trainer, "free").unchecked_into();
    free.call0(&trainer).expect("frees");
    let error = own.call0(&trainer).expect_err("nothing to iterate");
    assert_eq!(code(&error), "freed");
    for method in ["step", "evaluate", "check", "checkpoint", "weights"] {
        // A promise, not a throw, for who has only the promise's errors caught.
        let method: Function = get(&trainer, method).unchecked_into();
        let promise = method.call0(&trainer).expect("a promise");
        let error = JsFuture::from(js_sys::Promise::from(promise)).await;
        assert_eq!(code(&error.expect_err("freed")), "freed");
    }
    for method in ["classifier", "run"] {
        let error = call(&trainer, method, &[]).await.expect_err("freed");
        assert_eq!(code(&error), "freed");
    }
    let error = Reflect::get(&trainer, &"position".into()).expect_err("freed");
    assert_eq!(code(&error), "freed");
    free.call0(&trainer).expect("a second time, for nothing");
    check_freed_data().await;
}

/// Data that is freed is told from what never was data.
async fn check_freed_data() {
    let data = synthetic(32);
    call(&data, "free", &[]).await.expect("frees");
    let error = call(&data, "samples", &[1.into(), 1.into()]).await;
    assert_eq!(code(&error.expect_err("freed")), "freed");
    let error = JsFuture::from(Trainer::create(options("cpu", &data))).await;
    assert_eq!(code(&error.expect_err("freed")), "freed");
    let error = JsFuture::from(Trainer::create(options("cpu", &object(&[])))).await;
    assert_eq!(code(&error.expect_err("no data")), "invalid-argument");
}

/// Calls that are not awaited wait for each other.
pub async fn check_queue() {
    let trainer = create("cpu").await;
    let start = |name: &str| {
        let method: Function = get(&trainer, name).unchecked_into();
        js_sys::Promise::from(method.call0(&trainer).expect("a promise"))
    };
    let names = ["step", "step", "checkpoint", "step", "weights"];
    let calls = names.map(start);
    let mut results = Vec::new();
    for call in calls {
        results.push(JsFuture::from(call).await.expect("each is done"));
    }
    for (index, step) in [(0, 1.0), (1, 2.0), (3, 3.0)] {
        assert_eq!(number(&results[index], "step"), step);
        assert_eq!(floats(&results[index], "losses").len(), 1);
    }
    let info = Trainer::inspect(&results[2]);
    let position = get(&info.expect("a checkpoint"), "position");
    assert_eq!(number(&position, "step"), 2.0);
}

pub async fn check_bad_options() {
    let data = synthetic(32);
    let with = |name: &str, value: JsValue| {
        let options = options("cpu", &data);
        Reflect::set(&options, &name.into(), &value).expect("an object");
        options
    };
    let recipe = |field: &str, value: JsValue| with("recipe", object(&[(field, value)]));
    let cases = [
        (with("data", JsValue::UNDEFINED), "invalid-argument", "data"),
        (
            with("data", Array::new().into()),
            "invalid-argument",
            "data",
        ),
        (with("preset", "huge".into()), "unknown-preset", "huge"),
        (with("config", 3.into()), "invalid-argument", "config"),
        (recipe("batch", 0.into()), "invalid-config", "batch is 0"),
        (
            recipe("batch", 1.5.into()),
            "invalid-config",
            "recipe.batch",
        ),
        (recipe("bacth", 8.into()), "invalid-config", "bacth"),
        (
            recipe("learning_rate", f64::NAN.into()),
            "invalid-config",
            "learning_rate",
        ),
        (
            with("weights", Uint8Array::new_with_length(9).into()),
            "not-safetensors",
            "safetensors",
        ),
    ];
    for (options, expected, word) in cases {
        let error = Trainer::create(options).await.expect_err("bad options");
        assert_eq!(code(&error), expected, "{error:?}");
        let message = get(&error, "message").as_string().expect("words");
        assert!(message.contains(word), "{message}");
    }
    for (bytes, expected) in [
        (bytes(&[1, 2, 3]), "not-safetensors"),
        (JsValue::UNDEFINED, "invalid-argument"),
        (ArrayBuffer::new(8).into(), "invalid-argument"),
    ] {
        let error = Trainer::resume(&bytes, JsValue::UNDEFINED).await;
        assert_eq!(code(&error.expect_err("no checkpoint")), expected);
        let error = Trainer::inspect(&bytes).expect_err("no checkpoint");
        assert_eq!(code(&error), expected);
    }
    for config in [
        "({ config: { get width() { throw Error(7) } } })",
        "({ config: new Proxy({}, { ownKeys() { throw Error(7) } }) })",
        "({ recipe: { batch: 8n } })",
    ] {
        let error = check_options(hostile(config)).expect_err("no plain values");
        assert_eq!(code(&error), "invalid-argument", "{error:?}");
    }
    let error = preset(&7.into()).expect_err("no name");
    assert_eq!(code(&error), "invalid-argument");
    assert_eq!(
        code(&check_options(recipe("eps", 0.into())).expect_err("bad")),
        "invalid-config"
    );
    let preset_options = object(&[("preset", "reference".into())]);
    assert_eq!(check_options(preset_options), Ok(107_338.0));
    let reference = preset(&"reference".into()).expect("a preset");
    assert_eq!(number(&get(&reference, "config"), "hidden"), 768.0);
}

pub fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}
