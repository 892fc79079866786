//! IDX files for JavaScript, which neither reads nor writes them itself.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::data::CLASSES;
use super::object::{Options, bytes_of, object};
use crate::data::idx::{self, Dataset, Images};
use crate::error::Error;

/// The kind of IDX file this is, by its header; packed or not. Throws code `invalid-idx`.
#[wasm_bindgen(js_name = idxInfo, unchecked_return_type = "IdxInfo")]
pub fn idx_info(
    #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: &JsValue,
) -> Result<JsValue, JsValue> {
    let info = idx::info(&bytes_of("bytes", bytes)?).map_err(Error::from)?;
    let kind = match info.kind {
        idx::Kind::Images => "images",
        idx::Kind::Labels => "labels",
    };
    Ok(object(&[
        ("kind", kind.into()),
        ("count", info.count.into()),
        ("bytes", (info.bytes as f64).into()),
    ]))
}

/// All images and labels of a pair of IDX files, packed or not. Throws code `invalid-idx`.
#[wasm_bindgen(js_name = readIdx, unchecked_return_type = "LabelledImages")]
pub fn read_idx(
    #[wasm_bindgen(unchecked_param_type = "Uint8Array")] images: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Uint8Array")] labels: &JsValue,
) -> Result<JsValue, JsValue> {
    let (images, labels) = (bytes_of("images", images)?, bytes_of("labels", labels)?);
    let Dataset { images, labels } =
        Dataset::parse(&images, &labels, CLASSES).map_err(Error::from)?;
    Ok(object(&[
        ("pixels", bytes(&images.pixels)),
        ("labels", bytes(&labels)),
        ("rows", images.rows.into()),
        ("columns", images.columns.into()),
    ]))
}

/// A pair of IDX files, not packed, that holds these images.
///
/// Throws code `invalid-argument` for no image, and for too few or too many pixels.
#[wasm_bindgen(js_name = writeIdx, unchecked_return_type = "IdxPair")]
pub fn write_idx(
    #[wasm_bindgen(unchecked_param_type = "LabelledImages")] images: JsValue,
) -> Result<JsValue, JsValue> {
    let options = Options(&images);
    let (pixels, labels) = (options.bytes("pixels")?, options.bytes("labels")?);
    let side = |name| options.count(name).map(|side| side.unwrap_or(0));
    let (count, rows, columns) = (labels.len(), side("rows")?, side("columns")?);
    let size = count
        .checked_mul(rows)
        .and_then(|size| size.checked_mul(columns));
    if size != Some(pixels.len()) || pixels.is_empty() {
        return Err(Error::Argument {
            argument: "pixels",
            found: format!("{} bytes for {count} labels", pixels.len()),
            expected: "rows x columns bytes for each label, and at least one image",
        }
        .into());
    }
    let images = Images {
        count,
        rows,
        columns,
        pixels,
    };
    Ok(object(&[
        ("images", bytes(&idx::write_images(&images))),
        ("labels", bytes(&idx::write_labels(&labels))),
    ]))
}

/// A copy for JavaScript.
fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}
