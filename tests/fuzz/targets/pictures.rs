//! Drawings: strokes, and images of any size.

use arbitrary::{Arbitrary, Result, Unstructured};
use vitpad::data::{Picture, Stroke, Width, check_pixels, from_rgba, rasterize};

use super::{Outcome, classify};

/// Pixels of an image at most: a side may be the longest that there is.
const MOST_PIXELS: usize = 16_384;
/// The longest side, and one more.
const LONGEST: usize = 16_385;

/// Draws strokes and reads the picture.
pub fn strokes(bytes: &[u8]) -> Outcome {
    let strokes = read_strokes(&mut Unstructured::new(bytes)).unwrap_or_default();
    match rasterize(&strokes).map_err(vitpad::Error::from)? {
        Some(picture) => see(&picture),
        None => Ok("blank"),
    }
}

/// Shrinks an image, or takes values as a picture, and reads it.
pub fn images(bytes: &[u8]) -> Outcome {
    let mut bytes = Unstructured::new(bytes);
    if bytes.ratio(1, 8).unwrap_or_default() {
        let values: Vec<f32> = bytes
            .arbitrary_iter()
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        return see(check_pixels(&values).map_err(vitpad::Error::from)?);
    }
    let (width, height, rgba) = read_image(&mut bytes).unwrap_or_default();
    match from_rgba(width, height, &rgba).map_err(vitpad::Error::from)? {
        Some(picture) => see(&picture),
        None => Ok("blank"),
    }
}

fn see(picture: &Picture) -> Outcome {
    check_pixels(picture).expect("ink from 0 to 1");
    assert!(picture.iter().any(|ink| *ink > 0.0), "it has ink");
    classify(picture)?;
    Ok("seen")
}

fn read_strokes(bytes: &mut Unstructured) -> Result<Vec<Stroke>> {
    let mut strokes = Vec::new();
    while !bytes.is_empty() {
        // Most drawings are in one unit, whatever it is, and of a width that can be.
        let unit: f32 = *bytes.choose(&[1.0, 28.0, 300.0, 1e-3, 1e-6, 1e6])?;
        let offset: f32 = match unit < 1e6 {
            true => *bytes.choose(&[0.0, 0.0, -0.5, 999_000.0, -999_700.0])?,
            false => 0.0,
        };
        let count = bytes.int_in_range(0..=12)?;
        let number = |bytes: &mut Unstructured| -> Result<f32> {
            match bytes.ratio(1, 256)? {
                true => f32::arbitrary(bytes),
                false => Ok(f32::from(i16::arbitrary(bytes)?) / 32_768.0 * unit + offset),
            }
        };
        let width = |bytes: &mut Unstructured| -> Result<f32> {
            let width = number(bytes)? - offset;
            match bytes.ratio(1, 256)? {
                true => Ok(width),
                false => Ok(width.abs().max(1e-6)),
            }
        };
        let mut points = Vec::new();
        for _ in 0..count {
            points.push([number(bytes)?, number(bytes)?]);
        }
        let count = count + usize::from(bytes.ratio(1, 256)?);
        let width = match bytes.ratio(1, 2)? {
            true => Width::Even(width(bytes)?),
            false => {
                let widths = (0..count).map(|_| width(bytes));
                Width::PerPoint(widths.collect::<Result<_>>()?)
            }
        };
        strokes.push(Stroke { points, width });
    }
    Ok(strokes)
}

/// Width, height and bytes of an image; its pattern is repeated to as many bytes as there should be.
fn read_image(bytes: &mut Unstructured) -> Result<(usize, usize, Vec<u8>)> {
    let mut side = |most: usize| -> Result<usize> {
        match bytes.ratio(1, 32)? {
            true => bytes.int_in_range(0..=most),
            false => bytes.int_in_range(1..=most.min(40)),
        }
    };
    let width = side(LONGEST)?;
    let height = side(MOST_PIXELS / width.max(1))?;
    let (width, height) = if bytes.ratio(1, 2)? {
        (height, width)
    } else {
        (width, height)
    };
    let expected = match bytes.ratio(1, 64)? {
        true => bytes.int_in_range(0..=4_096)?,
        false => width * height * 4,
    };
    let background: [u8; 4] = bytes.arbitrary()?;
    let pattern = bytes.peek_bytes(bytes.len()).unwrap_or_default();
    let rgba = pattern
        .iter()
        .copied()
        .chain(background.into_iter().cycle());
    Ok((width, height, rgba.take(expected).collect()))
}
