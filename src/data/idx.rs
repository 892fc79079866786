//! The IDX format of MNIST's four files: images and labels, packed with gzip or plain.
//!
//! An images file is the magic number 2051, the counts of images, rows and columns (each a
//! big-endian u32), then one byte per pixel; a labels file is 2049, a count, one byte per label.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use thiserror::Error;

/// The most bytes that a file may unpack to: ten times MNIST's training images.
pub const MAX_UNPACKED: u64 = 512 << 20;

const IMAGES: Format = Format {
    file: "images",
    magic: 0x0803,
    fields: 3,
};
const LABELS: Format = Format {
    file: "labels",
    magic: 0x0801,
    fields: 1,
};
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

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

/// Why bytes are no IDX file, or two files no data set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IdxError {
    #[error("{file} file has magic number {found:#010x}, expected {expected:#010x}")]
    Magic {
        file: &'static str,
        found: u32,
        expected: u32,
    },
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
    #[error("{file} file has size {found:?} in its header, expected at most {MAX_UNPACKED} bytes")]
    TooLarge { file: &'static str, found: Vec<u32> },
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

/// What tells one kind of IDX file from another.
struct Format {
    /// Its name in errors.
    file: &'static str,
    magic: u32,
    /// How many counts follow the magic number.
    fields: usize,
}

impl Format {
    /// The header's counts and the bytes after it.
    ///
    /// The header is checked before the body is unpacked, and the body is never unpacked past
    /// its announced length, so that neither a forged header nor a gzip bomb takes much memory.
    fn read(&self, bytes: &[u8]) -> Result<(Vec<u32>, Vec<u8>), IdxError> {
        let mut stream: Box<dyn Read> = if bytes.starts_with(&GZIP_MAGIC) {
            Box::new(MultiGzDecoder::new(bytes))
        } else {
            Box::new(bytes)
        };
        let header_len = 4 + 4 * self.fields as u64;
        let mut header = self.read_up_to(&mut stream, header_len)?;
        self.check_magic(&header)?;
        self.check_length(header.len() as u64, header_len)?;
        let sizes: Vec<u32> = header
            .split_off(4)
            .chunks_exact(4)
            .map(big_endian)
            .collect();

        let body_len = self.body_len(&sizes)?;
        // One byte more than expected tells a longer file, and makes gzip check its checksum.
        let body = self.read_up_to(&mut stream, body_len + 1)?;
        let (found, expected) = (header_len + body.len() as u64, header_len + body_len);
        if found > expected {
            return Err(IdxError::Trailing {
                file: self.file,
                expected,
            });
        }
        self.check_length(found, expected)?;
        Ok((sizes, body))
    }

    fn read_up_to(&self, stream: &mut dyn Read, limit: u64) -> Result<Vec<u8>, IdxError> {
        let mut bytes = Vec::new();
        let read = stream.take(limit).read_to_end(&mut bytes);
        read.map_err(|error| IdxError::Gzip {
            file: self.file,
            message: error.to_string(),
        })?;
        Ok(bytes)
    }

    fn check_magic(&self, header: &[u8]) -> Result<(), IdxError> {
        let Some(magic) = header.get(..4).map(big_endian) else {
            return self.check_length(header.len() as u64, 4);
        };
        if magic != self.magic {
            return Err(IdxError::Magic {
                file: self.file,
                found: magic,
                expected: self.magic,
            });
        }
        Ok(())
    }

    fn check_length(&self, found: u64, expected: u64) -> Result<(), IdxError> {
        if found < expected {
            return Err(IdxError::Truncated {
                file: self.file,
                found,
                expected,
            });
        }
        Ok(())
    }

    /// The product of the header's counts.
    fn body_len(&self, sizes: &[u32]) -> Result<u64, IdxError> {
        if sizes.contains(&0) {
            return Err(IdxError::Empty {
                file: self.file,
                found: sizes.to_vec(),
            });
        }
        let product = sizes
            .iter()
            .try_fold(1u64, |len, &size| len.checked_mul(size.into()));
        product
            .filter(|&len| len <= MAX_UNPACKED)
            .ok_or_else(|| IdxError::TooLarge {
                file: self.file,
                found: sizes.to_vec(),
            })
    }
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |value, &byte| value << 8 | u32::from(byte))
}
