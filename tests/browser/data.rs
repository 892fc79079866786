//! Data sets and IDX files as JavaScript sees them.

use js_sys::{Array, Reflect, Uint8Array};
use vitpad::api::{DataSet, idx_info, rasterize, read_idx, write_idx};
use wasm_bindgen::JsValue;
use wasm_bindgen::convert::TryFromJsValue;

use super::api::{code, get, object};
use super::training::{bytes, number};

const IMAGES: &[u8] = include_bytes!("../fixtures/losses/images-idx3-ubyte.gz");
const LABELS: &[u8] = include_bytes!("../fixtures/losses/labels-idx1-ubyte.gz");

pub fn check_data() {
    let files = [("images", bytes(IMAGES)), ("labels", bytes(LABELS))];
    let data = DataSet::from_idx(object(&files)).expect("128 images");
    let data = DataSet::try_from_js_value(data).expect("a data set");
    let info = data.info();
    let counts = ["train", "validation", "test"].map(|set| number(&info, set));
    assert_eq!(counts, [104.0, 12.0, 12.0]);
    let samples = data.samples(4.0, 1.0, JsValue::NULL).expect("samples");
    assert_eq!(Uint8Array::from(get(&samples, "pixels")).length(), 4 * 784);
    for (count, seed) in [
        (0.0, 1.0),
        (2.5, 1.0),
        (105.0, 1.0),
        (4.0, -1.0),
        (4.0, f64::NAN),
    ] {
        let error = data.samples(count, seed, JsValue::NULL).expect_err("no");
        assert_eq!(code(&error), "invalid-argument");
    }

    let swapped = [("images", bytes(LABELS)), ("labels", bytes(IMAGES))];
    let cut = [
        ("images", bytes(&IMAGES[..2000])),
        ("labels", bytes(LABELS)),
    ];
    for (files, expected) in [
        (object(&swapped), "invalid-idx"),
        (object(&cut), "invalid-idx"),
    ] {
        let error = DataSet::from_idx(files).expect_err("bad files");
        assert_eq!(code(&error), expected);
    }
    let info = idx_info(&bytes(LABELS)).expect("labels");
    assert_eq!(
        (get(&info, "kind"), number(&info, "count")),
        ("labels".into(), 128.0)
    );
    assert_eq!(
        code(&idx_info(&bytes(b"hello")).expect_err("no IDX file")),
        "invalid-idx"
    );
    check_idx();
    assert_eq!(rasterize(Array::new().into()), Ok(JsValue::NULL));
}

/// What is written is read back, also where the second file lies behind the first.
fn check_idx() {
    let images = read_idx(&bytes(IMAGES), &bytes(LABELS)).expect("128 images");
    let sizes = ["rows", "columns"].map(|name| number(&images, name));
    assert_eq!(sizes, [28.0, 28.0]);
    let pair = write_idx(images.clone()).expect("a pair");
    let [first, second] = ["images", "labels"].map(|name| Uint8Array::from(get(&pair, name)));
    let both = [first.to_vec(), second.to_vec()].concat();
    let end = number(&idx_info(&bytes(&both)).expect("images"), "bytes") as usize;
    assert_eq!(end as u32, first.length());
    let again = read_idx(&bytes(&both[..end]), &bytes(&both[end..])).expect("the same images");
    for name in ["pixels", "labels"] {
        let read = [&images, &again].map(|from| Uint8Array::from(get(from, name)).to_vec());
        assert_eq!(read[0], read[1]);
    }
    Reflect::set(&images, &"rows".into(), &27.into()).expect("an object");
    let error = write_idx(images).expect_err("pixels left over");
    assert_eq!(code(&error), "invalid-argument");
}
