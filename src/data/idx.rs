//! The IDX format of MNIST's four files: images and labels, packed with gzip or plain.
//!
//! An images file is the magic number 2051, the counts of images, rows and columns (each a
//! big-endian u32), then one byte per pixel; a labels file is 2049, a count, one byte per label.

mod format;

pub use crate::error::IdxError;
use format::{IMAGES, LABELS};
pub use format::{Info, Kind, info};

/// The most bytes that a file may unpack to: ten times MNIST's training images.
pub const MAX_UNPACKED: u64 = 512 << 20;

/// Images and the digit that each shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    pub images: Images,
    /// One label per image, each below the number of classes.
    pub labels: Vec<u8>,
}

/// Grey images of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    pub count: usize,
    pub rows: usize,
    pub columns: usize,
    /// `[count, rows, columns]`, 0 is paper and 255 is ink.
    pub pixels: Vec<u8>,
}

impl Dataset {
    /// Reads an images file and its labels file.
    ///
    /// # Errors
    /// As [`parse_images`] and [`parse_labels`]; also if the counts differ.
    pub fn parse(images: &[u8], labels: &[u8], classes: u8) -> Result<Self, IdxError> {
        let images = parse_images(images)?;
        let labels = parse_labels(labels, classes)?;
        if images.count != labels.len() {
            return Err(IdxError::Counts {
                images: images.count,
                labels: labels.len(),
            });
        }
        Ok(Self { images, labels })
    }
}

impl Images {
    /// The pixels of one image, `[rows, columns]`.
    ///
    /// # Panics
    /// If `index` isn't below `count`.
    pub fn image(&self, index: usize) -> &[u8] {
        let size = self.rows * self.columns;
        &self.pixels[index * size..(index + 1) * size]
    }
}

/// Reads an images file of any image size.
///
/// # Errors
/// A wrong magic number, a size of zero or above [`MAX_UNPACKED`] bytes, too few or too many
/// bytes, damaged gzip.
pub fn parse_images(bytes: &[u8]) -> Result<Images, IdxError> {
    let (sizes, pixels) = IMAGES.read(bytes)?;
    let [count, rows, columns] = [0, 1, 2].map(|i| sizes[i] as usize);
    Ok(Images {
        count,
        rows,
        columns,
        pixels,
    })
}

/// Reads a labels file; each label must be below `classes`.
///
/// # Errors
/// As [`parse_images`], and a label out of range.
pub fn parse_labels(bytes: &[u8], classes: u8) -> Result<Vec<u8>, IdxError> {
    let (_, labels) = LABELS.read(bytes)?;
    match labels.iter().position(|&label| label >= classes) {
        Some(index) => Err(IdxError::Label {
            index,
            found: labels[index],
            classes,
        }),
        None => Ok(labels),
    }
}

/// An images file, not packed.
pub fn write_images(images: &Images) -> Vec<u8> {
    let sizes = [images.count, images.rows, images.columns];
    IMAGES.write(&sizes, &images.pixels)
}

/// A labels file, not packed.
pub fn write_labels(labels: &[u8]) -> Vec<u8> {
    LABELS.write(&[labels.len()], labels)
}
