//! The data that a run learns from: training images, and what is held out of them.

use flate2::Crc;

use super::idx::{Dataset, Images};
use super::synthetic;
pub use crate::error::DataError;
use crate::random::{Purpose, Random};

/// The fewest images that can be split.
const FEWEST: usize = 10;
/// One in so many images is held out for validation, and as many for a test set ...
const HELD_OUT: usize = 10;
/// ... but at most so many.
const MOST_HELD_OUT: usize = 5_000;
/// The split is the same for all runs, so that their figures compare.
const SPLIT_SEED: u64 = 0x5eed;

/// Synthetic images of an epoch, at most: their order is kept in memory.
const MOST_SYNTHETIC: usize = 10_000_000;
/// Synthetic images that are held out.
const SYNTHETIC_VALIDATION: usize = 1_000;
const SYNTHETIC_TEST: usize = 2_000;
/// No training counts up to here, whatever its seed, so what begins here was never trained on.
const SYNTHETIC_HELD_OUT: u64 = 1 << 63;

/// Training images, and a validation and a test set held out of them.
#[derive(Clone, Debug)]
pub struct TrainingData {
    /// For people.
    pub name: String,
    /// The origin of the images, in a word of whoever made this: checkpoints keep it.
    pub origin: Option<String>,
    pub train: Source,
    pub validation: Dataset,
    pub test: Dataset,
    fingerprint: u32,
}

/// The origin of training images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Stored(Dataset),
    /// New images each epoch, `images` of them.
    Synthetic {
        seed: u64,
        images: usize,
    },
}

impl TrainingData {
    /// Synthetic digits, `images` per epoch. All seeds share one validation and one test set.
    ///
    /// # Errors
    /// [`DataError::Limit`] if `images` is 0, [`DataError::TooMany`] for more than 10 million.
    pub fn synthetic(seed: u64, images: usize) -> Result<Self, DataError> {
        if images == 0 {
            return Err(DataError::Limit { found: images });
        }
        if images > MOST_SYNTHETIC {
            return Err(DataError::TooMany {
                found: images,
                most: MOST_SYNTHETIC,
            });
        }
        let held_out = |skip: usize, count| {
            let first = SYNTHETIC_HELD_OUT + skip as u64;
            synthetic::range(SPLIT_SEED, first..first + count as u64)
        };
        let mut crc = Crc::new();
        crc.update(b"synthetic");
        crc.update(&seed.to_le_bytes());
        crc.update(&(images as u64).to_le_bytes());
        Ok(Self {
            name: "Synthetic digits".into(),
            origin: None,
            train: Source::Synthetic { seed, images },
            validation: held_out(0, SYNTHETIC_VALIDATION),
            test: held_out(SYNTHETIC_VALIDATION, SYNTHETIC_TEST),
            fingerprint: crc.sum(),
        })
    }

    /// Holds a tenth of the images out for validation, at most 5,000; and as many again for the
    /// test set if there is none. Then keeps at most `limit` training images, drawn at random.
    ///
    /// # Errors
    /// [`DataError`] if there are too few images, or the sets' images differ in size.
    pub fn from_sets(
        name: String,
        mut train: Dataset,
        test: Option<Dataset>,
        limit: Option<usize>,
    ) -> Result<Self, DataError> {
        let count = train.labels.len();
        if count < FEWEST {
            return Err(DataError::TooFew {
                found: count,
                least: FEWEST,
            });
        }
        let Images { rows, columns, .. } = train.images;
        if rows != columns {
            return Err(DataError::NotSquare { rows, columns });
        }
        if let Some(test) = &test {
            let [train, test] = [&train.images, &test.images].map(|set| [set.rows, set.columns]);
            if train != test {
                return Err(DataError::Sizes { train, test });
            }
        }
        let held_out = (count / HELD_OUT).min(MOST_HELD_OUT);
        let mut random = Random::new(SPLIT_SEED, Purpose::Split, 0);
        let validation = take(&mut train, held_out, &mut random);
        let test = test.unwrap_or_else(|| take(&mut train, held_out, &mut random));
        match limit {
            Some(found @ 0) => return Err(DataError::Limit { found }),
            Some(limit) if limit < train.labels.len() => {
                train = take(&mut train, limit, &mut random);
            }
            _ => {}
        }
        let mut crc = Crc::new();
        for set in [&train, &validation, &test] {
            crc.update(&set.images.pixels);
            crc.update(&set.labels);
        }
        Ok(Self {
            name,
            origin: None,
            train: Source::Stored(train),
            validation,
            test,
            fingerprint: crc.sum(),
        })
    }

    /// Training images per epoch.
    #[expect(clippy::len_without_is_empty, reason = "there is always an image")]
    pub fn len(&self) -> usize {
        match &self.train {
            Source::Stored(data) => data.labels.len(),
            Source::Synthetic { images, .. } => *images,
        }
    }

    /// Pixels from top to bottom of an image.
    pub fn rows(&self) -> usize {
        self.validation.images.rows
    }

    /// Pixels from left to right of an image.
    pub fn columns(&self) -> usize {
        self.validation.images.columns
    }

    /// Writes training image `index` of an epoch into `pixels`, row by row, and gives its label.
    /// Stored images are the same in each epoch, synthetic ones new.
    ///
    /// # Panics
    /// If `index` isn't below [`len`](Self::len), or `pixels` is not of an image's size.
    pub fn read(&self, epoch: usize, index: usize, pixels: &mut [u8]) -> u8 {
        assert!(index < self.len(), "image {index} of {}", self.len());
        match &self.train {
            Source::Stored(data) => {
                pixels.copy_from_slice(data.images.image(index));
                data.labels[index]
            }
            Source::Synthetic { seed, images } => {
                let (image, label) =
                    synthetic::digit(*seed, epoch as u64 * *images as u64 + index as u64);
                pixels.copy_from_slice(&image);
                label
            }
        }
    }

    /// Images that are the same in each epoch, with their labels; none for synthetic ones.
    pub fn stored(&self) -> Option<&Dataset> {
        match &self.train {
            Source::Stored(data) => Some(data),
            Source::Synthetic { .. } => None,
        }
    }

    /// The largest label in any of the sets.
    pub fn largest_label(&self) -> u8 {
        let train = match &self.train {
            Source::Stored(data) => data.labels.as_slice(),
            // The held-out images show every digit too.
            Source::Synthetic { .. } => &[],
        };
        let sets = [train, &self.validation.labels, &self.test.labels];
        sets.into_iter().flatten().copied().max().unwrap_or(0)
    }

    /// A checksum of all images and labels, or of the seed and count of synthetic ones: tells
    /// a run that goes on whether this is the data it began with.
    pub fn fingerprint(&self) -> u32 {
        self.fingerprint
    }
}

/// Moves `count` images, drawn at random, out of a set. What stays is not copied.
fn take(data: &mut Dataset, count: usize, random: &mut Random) -> Dataset {
    let Images { rows, columns, .. } = data.images;
    let size = rows * columns;
    let kept = data.labels.len() - count;
    for last in (kept..data.labels.len()).rev() {
        let drawn = random.below(last as u32 + 1) as usize;
        data.labels.swap(drawn, last);
        let (before, from_last) = data.images.pixels.split_at_mut(last * size);
        if drawn < last {
            before[drawn * size..][..size].swap_with_slice(&mut from_last[..size]);
        }
    }
    data.images.count = kept;
    Dataset {
        images: Images {
            count,
            rows,
            columns,
            pixels: data.images.pixels.split_off(kept * size),
        },
        labels: data.labels.split_off(kept),
    }
}
