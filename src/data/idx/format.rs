//! Headers and bodies of IDX files, packed or not.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::{IdxError, MAX_UNPACKED};

pub const IMAGES: Format = Format {
    file: "images",
    magic: 0x0803,
    fields: 3,
};
pub const LABELS: Format = Format {
    file: "labels",
    magic: 0x0801,
    fields: 1,
};
const MAGIC_LEN: u64 = 4;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The facts in the header of an IDX file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    pub kind: Kind,
    /// The number of images or labels.
    pub count: usize,
    /// The length of the whole file, unpacked.
    pub bytes: u64,
}

/// The content of an IDX file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Images,
    Labels,
}

/// Reads the header alone, to tell what a file is before all of it is unpacked.
///
/// # Errors
/// [`IdxError::Kind`] if it holds neither images nor labels; else those of
/// [`parse_images`](super::parse_images) that its header shows.
pub fn info(bytes: &[u8]) -> Result<Info, IdxError> {
    let mut stream = unpack(bytes);
    let found = read_magic("IDX", &mut stream)?;
    let (kind, format) = match found {
        _ if found == IMAGES.magic => (Kind::Images, IMAGES),
        _ if found == LABELS.magic => (Kind::Labels, LABELS),
        _ => return Err(IdxError::Kind { found }),
    };
    let sizes = format.read_sizes(&mut stream)?;
    Ok(Info {
        kind,
        count: sizes[0] as usize,
        bytes: format.header_len() + format.body_len(&sizes)?,
    })
}

/// The properties that tell one kind of IDX file from another.
pub struct Format {
    /// Its name in errors.
    file: &'static str,
    magic: u32,
    /// The number of counts that follow the magic number.
    fields: usize,
}

impl Format {
    /// A file of these counts, not packed.
    pub fn write(&self, sizes: &[usize], body: &[u8]) -> Vec<u8> {
        let sizes = sizes.iter().map(|&size| size as u32);
        let mut file: Vec<u8> = std::iter::once(self.magic)
            .chain(sizes)
            .flat_map(u32::to_be_bytes)
            .collect();
        file.extend_from_slice(body);
        file
    }

    /// The header's counts and the bytes after it.
    ///
    /// The header is checked before the body is unpacked, and the body is never unpacked past
    /// its announced length, so that neither a forged header nor a gzip bomb takes much memory.
    pub fn read(&self, bytes: &[u8]) -> Result<(Vec<u32>, Vec<u8>), IdxError> {
        let mut stream = unpack(bytes);
        let magic = read_magic(self.file, &mut stream)?;
        if magic != self.magic {
            return Err(IdxError::Magic {
                file: self.file,
                found: magic,
                expected: self.magic,
            });
        }
        let sizes = self.read_sizes(&mut stream)?;

        let body_len = self.body_len(&sizes)?;
        // One byte more than expected tells a longer file, and makes gzip check its checksum.
        let body = read_up_to(self.file, &mut stream, body_len + 1)?;
        let found = self.header_len() + body.len() as u64;
        let expected = self.header_len() + body_len;
        if found > expected {
            return Err(IdxError::Trailing {
                file: self.file,
                expected,
            });
        }
        check_length(self.file, found, expected)?;
        Ok((sizes, body))
    }

    fn header_len(&self) -> u64 {
        MAGIC_LEN + 4 * self.fields as u64
    }

    /// The counts that follow the magic number.
    fn read_sizes(&self, stream: &mut dyn Read) -> Result<Vec<u32>, IdxError> {
        let sizes = read_up_to(self.file, stream, self.header_len() - MAGIC_LEN)?;
        let found = MAGIC_LEN + sizes.len() as u64;
        check_length(self.file, found, self.header_len())?;
        Ok(sizes.chunks_exact(4).map(big_endian).collect())
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
                most: MAX_UNPACKED,
            })
    }
}

fn unpack(bytes: &[u8]) -> Box<dyn Read + '_> {
    if bytes.starts_with(&GZIP_MAGIC) {
        Box::new(MultiGzDecoder::new(bytes))
    } else {
        Box::new(bytes)
    }
}

fn read_magic(file: &'static str, stream: &mut dyn Read) -> Result<u32, IdxError> {
    let magic = read_up_to(file, stream, MAGIC_LEN)?;
    check_length(file, magic.len() as u64, MAGIC_LEN)?;
    Ok(big_endian(&magic))
}

fn read_up_to(file: &'static str, stream: &mut dyn Read, limit: u64) -> Result<Vec<u8>, IdxError> {
    let mut bytes = Vec::new();
    let read = stream.take(limit).read_to_end(&mut bytes);
    read.map_err(|error| IdxError::Gzip {
        file,
        message: error.to_string(),
    })?;
    Ok(bytes)
}

fn check_length(file: &'static str, found: u64, expected: u64) -> Result<(), IdxError> {
    if found < expected {
        return Err(IdxError::Truncated {
            file,
            found,
            expected,
        });
    }
    Ok(())
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |value, &byte| value << 8 | u32::from(byte))
}
