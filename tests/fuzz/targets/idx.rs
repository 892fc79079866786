//! IDX files, packed or not.

use vitpad::data::augment::Augment;
use vitpad::data::idx::{self, Dataset};
use vitpad::data::training::TrainingData;
use vitpad::train::preview;

use super::{Outcome, split_number};

/// Images that are sampled at most.
const MOST_PIXELS: usize = 1 << 16;

/// Reads a pair of files, writes and reads them again, and samples what a run would learn from.
/// The input is the length of the images file, that file, and the labels file.
pub fn run(bytes: &[u8]) -> Outcome {
    let (length, files) = split_number(bytes);
    let (images, labels) = files.split_at(files.len().min(length as usize));
    for file in [images, labels] {
        let (info, read) = (idx::info(file), idx::parse_images(file));
        if let (Ok(info), Ok(read)) = (info, read) {
            assert_eq!(info.count, read.count);
        }
    }
    let data = Dataset::parse(images, labels, 10).map_err(vitpad::Error::from)?;
    let written = [
        idx::write_images(&data.images),
        idx::write_labels(&data.labels),
    ];
    let again = Dataset::parse(&written[0], &written[1], 10).map_err(vitpad::Error::from)?;
    assert_eq!(again, data);
    let (pixels, limit) = (data.images.pixels.len(), usize::from(bytes[0]));
    let test = (limit % 3 == 0).then_some(again);
    let data = TrainingData::from_sets("fuzz".into(), data, test, Some(limit));
    let data = data.map_err(vitpad::Error::from)?;
    if pixels > MOST_PIXELS {
        return Ok("large");
    }
    let count = data.len();
    let (samples, labels) = preview(&data, count, 1, Some(Augment::default()))?;
    assert_eq!(samples.len(), count * data.rows() * data.columns());
    assert!(labels.iter().all(|label| *label <= data.largest_label()));
    Ok("sampled")
}
