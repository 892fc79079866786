//! A checksum of tensors, whatever the order in which a file holds them.

use flate2::Crc;

use super::{Precision, SafetensorsFile, StoredTensor};

/// The CRC-32 of float32 tensors: of the name and the little-endian bytes of each, in the order of
/// their names.
pub fn checksum(tensors: &[StoredTensor]) -> u32 {
    let bytes = |tensor: &StoredTensor| Precision::Float32.encode(&tensor.values);
    let encoded: Vec<_> = tensors.iter().map(bytes).collect();
    let names = tensors.iter().map(|tensor| tensor.name.as_str());
    sum(names.zip(encoded.iter().map(Vec::as_slice)).collect())
}

impl SafetensorsFile<'_> {
    /// [`checksum`] of the file's tensors.
    pub fn checksum(&self) -> u32 {
        let tensors = self.tensors.iter();
        sum(tensors.map(|(name, view)| (name, view.data())).collect())
    }
}

fn sum(mut tensors: Vec<(&str, &[u8])>) -> u32 {
    tensors.sort_unstable_by_key(|(name, _)| *name);
    let mut crc = Crc::new();
    for (name, bytes) in tensors {
        crc.update(name.as_bytes());
        crc.update(bytes);
    }
    crc.sum()
}
