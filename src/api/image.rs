//! Pictures from what JavaScript passes: values, an `ImageData`, or strokes.

use js_sys::{Array, Float32Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::ImageData;

use super::error::wrong_type;
use super::object::{floats_of, get, throws};
use crate::data::drawing::{Picture, Stroke, Width, check_pixels, from_rgba, rasterize};
use crate::error::{Error, Result};

/// The picture that the model will see; `None` where nothing is drawn.
pub fn picture(image: &JsValue) -> Result<Option<Picture>> {
    if let Some(values) = image.dyn_ref::<Float32Array>() {
        let values = floats_of("image", values)?;
        let picture = check_pixels(&values)?;
        let blank = picture.iter().all(|&value| value == 0.0);
        return Ok((!blank).then_some(*picture));
    }
    if let Some(image) = image.dyn_ref::<ImageData>() {
        let (width, height) = (image.width() as usize, image.height() as usize);
        return Ok(from_rgba(width, height, &image.data())?);
    }
    if let Some(strokes) = image.dyn_ref::<Array>() {
        return Ok(rasterize(&read_strokes(strokes)?)?);
    }
    Err(wrong_type(
        "image",
        image,
        "a Float32Array, an ImageData or an array of strokes",
    ))
}

pub fn read_strokes(strokes: &Array) -> Result<Vec<Stroke>> {
    let stroke = |index| Reflect::get_u32(strokes, index);
    (0..strokes.length())
        .map(|index| read_stroke(&stroke(index).map_err(|thrown| throws("strokes", &thrown))?))
        .collect()
}

fn read_stroke(stroke: &JsValue) -> Result<Stroke> {
    let points = get(stroke, "points");
    let values = points
        .dyn_ref::<Float32Array>()
        .ok_or_else(|| wrong_type("points", &points, "a Float32Array of x, y, x, y, ..."))?;
    let values = floats_of("points", values)?;
    let (points, rest) = values.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Error::Argument {
            argument: "points",
            found: format!("{} numbers", values.len()),
            expected: "an even number, x and y for each point",
        });
    }
    Ok(Stroke {
        points: points.to_vec(),
        width: read_width(&get(stroke, "width"))?,
    })
}

fn read_width(width: &JsValue) -> Result<Width> {
    if let Some(even) = width.as_f64() {
        return Ok(Width::Even(even as f32));
    }
    let per_point: Option<&Float32Array> = width.dyn_ref();
    let expected = "a number, or a Float32Array with one per point";
    let widths = per_point.ok_or_else(|| wrong_type("width", width, expected))?;
    Ok(Width::PerPoint(floats_of("width", widths)?))
}
