//! `DataSet` for JavaScript, and what else it does with images.

use std::sync::Arc;

use js_sys::{Array, Function, Uint8Array};
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::prelude::*;

use super::error::wrong_type;
use super::freed::{is_freed, watched};
use super::image::read_strokes;
use super::object::{Options, get, integer, object};
use crate::data::augment::Augment;
use crate::data::drawing::rasterize as picture_of;
use crate::data::idx::Dataset;
use crate::data::training::TrainingData;
use crate::error::{Error, Result};
use crate::train::{DataRecord, preview};

/// Digits have ten classes.
pub const CLASSES: u8 = 10;
/// Synthetic images per epoch, unless asked for others.
const SYNTHETIC_IMAGES: usize = 12_800;
const NAME: &str = "IDX files";
/// Images that are shown at once.
const MOST_SAMPLES: usize = 10_000;
pub const A_DATA_SET: &str = "a DataSet";

/// The data that a run learns from: training images, and a validation and a test set held out of them.
#[wasm_bindgen]
pub struct DataSet {
    // Shared with the trainers that learn from it, so that `free()` is allowed at any time.
    pub(super) inner: Arc<TrainingData>,
}

#[wasm_bindgen]
impl DataSet {
    /// Digits made from stroke templates, new ones each epoch.
    ///
    /// Throws code `invalid-data` for no images, `invalid-argument` for what is no number.
    #[wasm_bindgen(unchecked_return_type = "DataSet")]
    pub fn synthetic(
        #[wasm_bindgen(unchecked_optional_param_type = "SyntheticOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        let options = Options(&options);
        let images = options.count("images")?.unwrap_or(SYNTHETIC_IMAGES);
        let seed = options.integer("seed")?.unwrap_or(1);
        let inner = TrainingData::synthetic(seed, images).map_err(Error::from)?;
        Ok(Self::watched(Arc::new(inner)))
    }

    /// Images and labels from IDX files, packed with gzip or not. A tenth of the images is held
    /// out for validation, at most 5,000.
    ///
    /// Throws code `invalid-idx` for damaged files, `invalid-data` for too few images.
    #[wasm_bindgen(js_name = fromIdx, unchecked_return_type = "DataSet")]
    pub fn from_idx(
        #[wasm_bindgen(unchecked_param_type = "IdxFiles")] files: JsValue,
    ) -> Result<JsValue, JsValue> {
        let files = Options(&files);
        let parse = |images: &'static str, labels: &'static str| -> Result<Dataset> {
            let (images, labels) = (files.bytes(images)?, files.bytes(labels)?);
            Ok(Dataset::parse(&images, &labels, CLASSES)?)
        };
        let train = parse("images", "labels")?;
        let test = files
            .has("testImages")
            .then(|| parse("testImages", "testLabels"))
            .transpose()?;
        let name = files.text("name", "a string")?.unwrap_or(NAME.into());
        let limit = files.count("limit")?;
        let mut inner = TrainingData::from_sets(name, train, test, limit).map_err(Error::from)?;
        inner.origin = files.text("origin", "a string")?;
        Ok(Self::watched(Arc::new(inner)))
    }

    /// The same images again, without copying them: each is freed on its own.
    #[expect(clippy::should_implement_trait, reason = "for JavaScript")]
    #[wasm_bindgen(unchecked_return_type = "DataSet")]
    pub fn clone(&self) -> JsValue {
        Self::watched(self.inner.clone())
    }

    /// Its name, and how many images of which size there are.
    #[wasm_bindgen(getter, unchecked_return_type = "DataInfo")]
    pub fn info(&self) -> JsValue {
        data_info(&DataRecord::of(&self.inner))
    }

    /// Some training images, the same for the same seed.
    ///
    /// Throws code `invalid-config` for augmentation that can't be, `invalid-argument` for more
    /// images than there are.
    #[wasm_bindgen(unchecked_return_type = "Samples")]
    pub fn samples(
        &self,
        count: f64,
        seed: f64,
        #[wasm_bindgen(unchecked_optional_param_type = "Augment | null")] augment: JsValue,
    ) -> Result<JsValue, JsValue> {
        let augment: Option<Augment> = Options::parse(&augment, "augment")?;
        let seed = integer("seed", seed)?;
        let most = self.inner.len().min(MOST_SAMPLES) as f64;
        if count.fract() != 0.0 || !(1.0..=most).contains(&count) {
            return Err(Error::Argument {
                argument: "count",
                found: count.to_string(),
                expected: "a whole number from 1 to 10000, and no more than there are training images",
            }
            .into());
        }
        let (pixels, labels) = preview(&self.inner, count as usize, seed, augment)?;
        Ok(object(&[
            ("pixels", Uint8Array::from(pixels.as_slice()).into()),
            ("labels", Uint8Array::from(labels.as_slice()).into()),
        ]))
    }
}

impl DataSet {
    fn watched(inner: Arc<TrainingData>) -> JsValue {
        watched(Self { inner })
    }
}

/// The data set of an options object, which the caller keeps.
pub fn data_of(options: &Options) -> Result<Option<Arc<TrainingData>>> {
    let Some(value) = options.get("data") else {
        return Ok(None);
    };
    // wasm-bindgen takes an object of ours by value only, so it gets a handle of its own.
    let clone = get(&value, "clone");
    let clone = clone.dyn_ref().map(|clone: &Function| clone.call0(&value));
    let handle = match clone {
        Some(Err(error)) if is_freed(&error) => return Err(Error::Freed),
        Some(Ok(clone)) => DataSet::try_from_js_value(clone).ok(),
        _ => None,
    };
    let handle = handle.ok_or_else(|| wrong_type("data", &value, A_DATA_SET))?;
    Ok(Some(handle.inner.clone()))
}

pub fn data_info(record: &DataRecord) -> JsValue {
    object(&[
        ("name", record.name.as_str().into()),
        ("train", record.train.into()),
        ("validation", record.validation.into()),
        ("test", record.test.into()),
        ("rows", record.rows.into()),
        ("columns", record.columns.into()),
        ("origin", record.origin.as_deref().into()),
        ("seed", record.synthetic_seed.map(|seed| seed as f64).into()),
    ])
}

/// The 28 x 28 picture that the model would see of strokes, 0 is paper and 255 is ink; null where
/// nothing is drawn. Throws as `classify` rejects.
#[wasm_bindgen(unchecked_return_type = "Uint8Array | null")]
pub fn rasterize(
    #[wasm_bindgen(unchecked_param_type = "Stroke[]")] strokes: JsValue,
) -> Result<JsValue, JsValue> {
    let array: &Array = strokes
        .dyn_ref()
        .ok_or_else(|| wrong_type("strokes", &strokes, "an array of strokes"))?;
    let picture = picture_of(&read_strokes(array)?).map_err(Error::from)?;
    Ok(picture.map_or(JsValue::NULL, |picture| {
        let bytes = picture.map(|value| (value * 255.0).round() as u8);
        Uint8Array::from(bytes.as_slice()).into()
    }))
}
