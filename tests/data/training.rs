//! Splits of data into what is learned from and what is held out.

use std::collections::HashSet;

use vitpad::data::{DataError, Dataset, Images, Source, TrainingData};

/// Images of one row of four pixels, which hold their number; labels are its last digit.
fn numbered(numbers: std::ops::Range<u32>) -> Dataset {
    Dataset {
        images: Images {
            count: numbers.len(),
            rows: 2,
            columns: 2,
            pixels: numbers.clone().flat_map(u32::to_be_bytes).collect(),
        },
        labels: numbers.map(|number| (number % 10) as u8).collect(),
    }
}

/// The numbers of a set's images, after a check that images have kept their labels.
fn numbers(data: &Dataset) -> HashSet<u32> {
    assert_eq!(data.images.count, data.labels.len());
    assert_eq!(data.images.pixels.len(), 4 * data.labels.len());
    let number = |index| u32::from_be_bytes(data.images.image(index).try_into().unwrap());
    let numbers: Vec<u32> = (0..data.images.count).map(number).collect();
    for (number, label) in numbers.iter().zip(&data.labels) {
        assert_eq!(number % 10, u32::from(*label));
    }
    numbers.into_iter().collect()
}

fn stored(data: &TrainingData) -> &Dataset {
    match &data.train {
        Source::Stored(data) => data,
        Source::Synthetic { .. } => panic!("expected stored images"),
    }
}

fn split(
    count: u32,
    test: Option<Dataset>,
    limit: Option<usize>,
) -> Result<TrainingData, DataError> {
    TrainingData::from_sets("numbers".into(), numbered(0..count), test, limit)
}

#[test]
fn splits_hold_every_image_once() {
    for (count, test, sizes) in [
        (100, None, [80, 10, 10]),
        (100, Some(numbered(100..107)), [90, 10, 7]),
        (10, None, [8, 1, 1]),
        (60_000, None, [50_000, 5_000, 5_000]),
    ] {
        let all = count + test.as_ref().map_or(0, |test| test.labels.len() as u32);
        let data = split(count, test, None).unwrap();
        let parts = [stored(&data), &data.validation, &data.test].map(numbers);
        assert_eq!(parts.each_ref().map(HashSet::len), sizes);
        assert_eq!(data.len(), sizes[0]);
        assert_eq!((data.rows(), data.columns()), (2, 2));
        let union: HashSet<u32> = parts.into_iter().flatten().collect();
        assert_eq!(union, (0..all).collect());
    }
}

#[test]
fn a_limit_takes_from_training_images_alone_and_at_random() {
    let (limited, whole) = (
        split(1_000, None, Some(50)).unwrap(),
        split(1_000, None, Some(5_000)).unwrap(),
    );
    assert_eq!((limited.len(), whole.len()), (50, 800));
    assert_eq!(limited.validation, whole.validation);
    assert_eq!(limited.test, whole.test);
    let numbers = numbers(stored(&limited));
    assert!(numbers.iter().any(|&number| number < 300));
    assert!(numbers.iter().any(|&number| number > 700));
}

#[test]
fn reads_stored_images_the_same_in_each_epoch() {
    let data = split(100, None, None).unwrap();
    let mut pixels = [0; 4];
    for index in [0, 79] {
        let label = data.read(3, index, &mut pixels);
        assert_eq!(pixels, stored(&data).images.image(index));
        assert_eq!(label, stored(&data).labels[index]);
    }
}

#[test]
fn synthetic_epochs_are_new_and_none_shows_what_is_held_out() {
    let data = TrainingData::synthetic(5, 200).unwrap();
    assert_eq!(data.len(), 200);
    assert_eq!((data.rows(), data.columns()), (28, 28));
    assert_eq!(
        (data.validation.labels.len(), data.test.labels.len()),
        (1_000, 2_000)
    );
    let mut seen = HashSet::new();
    for epoch in 0..2 {
        for index in 0..200 {
            let mut pixels = vec![0; 28 * 28];
            data.read(epoch, index, &mut pixels);
            seen.insert(pixels);
        }
    }
    for set in [&data.validation, &data.test] {
        seen.extend((0..set.images.count).map(|index| set.images.image(index).to_vec()));
    }
    assert_eq!(seen.len(), 400 + 3_000, "no picture twice");
    let other = TrainingData::synthetic(6, 200).unwrap();
    assert_eq!(
        data.validation, other.validation,
        "seeds compare by the same images"
    );
}

#[test]
fn a_fingerprint_tells_data_apart() {
    let flipped = {
        let mut data = numbered(0..100);
        data.labels[50] += 1;
        TrainingData::from_sets("numbers".into(), data, None, None).unwrap()
    };
    let prints = [
        split(100, None, None).unwrap(),
        split(101, None, None).unwrap(),
        split(100, None, Some(70)).unwrap(),
        split(100, Some(numbered(100..110)), None).unwrap(),
        flipped,
        TrainingData::synthetic(1, 10).unwrap(),
        TrainingData::synthetic(2, 10).unwrap(),
        TrainingData::synthetic(1, 11).unwrap(),
    ]
    .map(|data| data.fingerprint());
    assert_eq!(HashSet::from(prints).len(), prints.len());
    assert_eq!(prints[0], split(100, None, None).unwrap().fingerprint());
    assert_eq!(
        prints[5],
        TrainingData::synthetic(1, 10).unwrap().fingerprint()
    );
}

#[test]
fn says_what_to_do_about_data_that_cannot_be_split() {
    let tall = Dataset {
        images: Images {
            count: 1,
            rows: 4,
            columns: 1,
            pixels: vec![0; 4],
        },
        labels: vec![0],
    };
    let cases = [
        (
            split(9, None, None),
            "9 training images, expected at least 10: add more images",
        ),
        (
            split(20, Some(tall), None),
            "test images are [4, 1] pixels, expected [2, 2] as the training images are: \
             choose a test set that belongs to them, or none",
        ),
        (
            split(20, None, Some(0)),
            "the number of training images is limited to 0, expected at least 1",
        ),
        (
            TrainingData::synthetic(1, 0),
            "the number of training images is limited to 0, expected at least 1",
        ),
    ];
    for (data, expected) in cases {
        assert_eq!(data.unwrap_err().to_string(), expected);
    }
}
