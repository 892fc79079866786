//! The reasons why data can't be read, drawn or trained on.

use serde::Serialize;
use thiserror::Error;

/// The reasons why bytes are no IDX file, or two files no data set.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum IdxError {
    #[error("{file} file has magic number {found:#010x}, expected {expected:#010x}")]
    Magic {
        file: &'static str,
        found: u32,
        expected: u32,
    },
    #[error("not an IDX file of images or labels: magic number {found:#010x}")]
    Kind { found: u32 },
    #[error("{file} file ends after {found} bytes, expected {expected}")]
    Truncated {
        file: &'static str,
        found: u64,
        expected: u64,
    },
    #[error("{file} file goes on after the {expected} bytes that its header announces")]
    Trailing { file: &'static str, expected: u64 },
    #[error("{file} file has size {found:?} in its header, expected no zero")]
    Empty { file: &'static str, found: Vec<u32> },
    #[error("{file} file has size {found:?} in its header, expected at most {most} bytes")]
    TooLarge {
        file: &'static str,
        found: Vec<u32>,
        most: u64,
    },
    #[error("{file} file is damaged: {message}")]
    Gzip { file: &'static str, message: String },
    #[error("label {index} is {found}, expected less than {classes}")]
    Label {
        index: usize,
        found: u8,
        classes: u8,
    },
    #[error("{labels} labels for {images} images, expected as many labels as images")]
    Counts { images: usize, labels: usize },
}

/// The reasons why a drawing is none.
#[derive(Clone, Debug, PartialEq, Error, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DrawingError {
    #[error("stroke {stroke}, point {point} has coordinate {found}, expected -1e6 to 1e6")]
    Coordinate {
        stroke: usize,
        point: usize,
        found: f32,
    },
    #[error("the strokes have {found} points, expected at most {most}")]
    TooManyPoints { found: usize, most: usize },
    #[error("stroke {stroke} has width {found}, expected 1e-6 to 1e6")]
    Width { stroke: usize, found: f32 },
    #[error("stroke {stroke} has {found} widths, expected {expected}, one per point")]
    WidthCount {
        stroke: usize,
        found: usize,
        expected: usize,
    },
    #[error("image is {width}x{height}, expected sides of 1 to {max}")]
    ImageSize {
        width: usize,
        height: usize,
        max: usize,
    },
    #[error("image of {width}x{height} has {found} bytes, expected {expected}, four per pixel")]
    ByteCount {
        width: usize,
        height: usize,
        found: usize,
        expected: usize,
    },
    #[error("picture has {found} values, expected {expected}")]
    PixelCount { found: usize, expected: usize },
    #[error("picture value {index} is {found}, expected 0 to 1")]
    Pixel { index: usize, found: f32 },
}

/// The reasons why data can't be trained on.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DataError {
    #[error("{found} training images, expected at least {least}: add more images")]
    TooFew { found: usize, least: usize },
    #[error("the number of training images is limited to {found}, expected at least 1")]
    Limit { found: usize },
    #[error("{found} images per epoch, expected at most {most}")]
    TooMany { found: usize, most: usize },
    #[error("images are {rows} x {columns} pixels, expected squares: crop or pad them first")]
    NotSquare { rows: usize, columns: usize },
    #[error(
        "test images are {test:?} pixels, expected {train:?} as the training images are: \
         choose a test set that belongs to them, or none"
    )]
    Sizes { train: [usize; 2], test: [usize; 2] },
}
