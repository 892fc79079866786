//! MNIST's files.

use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use vitpad::data::idx::{Info, Kind, info, write_images, write_labels};
use vitpad::data::{Dataset, IdxError, Images, parse_images, parse_labels};

use crate::SIDE;

#[test]
fn reads_images_and_labels_plain_and_packed() {
    let (images, labels) = (images_file(2, 3, 4), labels_file(&[7, 0]));
    for (images, labels) in [
        (images.clone(), labels.clone()),
        (gzip(&images), gzip(&labels)),
        (images.clone(), gzip(&labels)),
    ] {
        let data = Dataset::parse(&images, &labels, 10).unwrap();
        let read = &data.images;
        assert_eq!((read.count, read.rows, read.columns), (2, 3, 4));
        assert_eq!(read.image(1), (12..24).collect::<Vec<u8>>());
        assert_eq!(data.labels, [7, 0]);
    }
}

#[test]
fn says_what_is_wrong_with_an_images_file() {
    let good = images_file(2, 3, 4);
    let with_header = |sizes: [u32; 3]| header(0x803, &sizes);
    let cases: [(&str, Vec<u8>, &str); 11] = [
        (
            "nothing",
            vec![],
            "images file ends after 0 bytes, expected 4",
        ),
        (
            "half a header",
            good[..10].to_vec(),
            "images file ends after 10 bytes, expected 16",
        ),
        (
            "a header alone",
            good[..16].to_vec(),
            "images file ends after 16 bytes, expected 40",
        ),
        (
            "a byte less",
            good[..39].to_vec(),
            "images file ends after 39 bytes, expected 40",
        ),
        (
            "a byte more",
            [&good[..], &[0]].concat(),
            "images file goes on after the 40 bytes that its header announces",
        ),
        (
            "labels",
            labels_file(&[1]),
            "images file has magic number 0x00000801, expected 0x00000803",
        ),
        (
            "a page",
            b"<!doctype html>".to_vec(),
            "images file has magic number 0x3c21646f, expected 0x00000803",
        ),
        (
            "no images",
            with_header([0, 28, 28]),
            "images file has size [0, 28, 28] in its header, expected no zero",
        ),
        (
            "a size past 64 bits",
            with_header([u32::MAX; 3]),
            "images file has size [4294967295, 4294967295, 4294967295] in its header, \
             expected at most 536870912 bytes",
        ),
        (
            "a size past the limit",
            with_header([700_000, 28, 28]),
            "images file has size [700000, 28, 28] in its header, expected at most 536870912 bytes",
        ),
        (
            "packed, a byte less",
            gzip(&good[..39]),
            "images file ends after 39 bytes, expected 40",
        ),
    ];
    for (name, bytes, expected) in cases {
        let error = parse_images(&bytes).expect_err(name);
        assert_eq!(error.to_string(), expected, "{name}");
    }
}

#[test]
fn says_what_is_wrong_with_labels() {
    let error = parse_labels(&labels_file(&[3, 9, 10]), 10).unwrap_err();
    assert_eq!(error.to_string(), "label 2 is 10, expected less than 10");
    let error = Dataset::parse(&images_file(2, 3, 4), &labels_file(&[1, 2, 3]), 10).unwrap_err();
    assert_eq!(
        error,
        IdxError::Counts {
            images: 2,
            labels: 3
        }
    );
}

#[test]
fn tells_images_from_labels_by_the_header_alone() {
    let cases = [
        (images_file(5, 3, 4), Kind::Images, 5, 76),
        (images_file(5, 3, 4)[..16].to_vec(), Kind::Images, 5, 76),
        (gzip(&images_file(5, 3, 4)), Kind::Images, 5, 76),
        (labels_file(&[1, 2, 3]), Kind::Labels, 3, 11),
        (gzip(&labels_file(&[1, 2, 3])), Kind::Labels, 3, 11),
    ];
    for (file, kind, count, bytes) in cases {
        assert_eq!(info(&file), Ok(Info { kind, count, bytes }));
    }
}

#[test]
fn says_why_a_header_is_none() {
    let cases: [(&[u8], &str); 5] = [
        (
            b"\x89PNG\r\n",
            "not an IDX file of images or labels: magic number 0x89504e47",
        ),
        (
            &gzip(b"hello"),
            "not an IDX file of images or labels: magic number 0x68656c6c",
        ),
        (&[0, 0, 8], "IDX file ends after 3 bytes, expected 4"),
        (
            &images_file(1, 2, 2)[..14],
            "images file ends after 14 bytes, expected 16",
        ),
        (
            &header(0x801, &[0]),
            "labels file has size [0] in its header, expected no zero",
        ),
    ];
    for (file, expected) in cases {
        assert_eq!(info(file).unwrap_err().to_string(), expected);
    }
}

#[test]
fn rejects_damaged_gzip() {
    let mut packed = gzip(&images_file(2, 3, 4));
    let crc = packed.len() - 8;
    packed[crc] ^= 1;
    for bytes in [&packed[..], &packed[..packed.len() - 12], &[0x1f, 0x8b]] {
        let error = parse_images(bytes).unwrap_err();
        let is_named = matches!(error, IdxError::Gzip { .. } | IdxError::Truncated { .. });
        assert!(is_named, "{error}");
    }
}

#[test]
fn stops_unpacking_where_the_header_says() {
    // 64 MiB of zeros after one tiny image, in 64 KiB.
    let bomb = gzip(&[images_file(1, 2, 2), vec![0; 64 << 20]].concat());
    let error = parse_images(&bomb).unwrap_err();
    assert_eq!(
        error,
        IdxError::Trailing {
            file: "images",
            expected: 20
        }
    );
}

#[test]
fn reads_mnist() {
    let Some(folder) = std::env::var_os("MNIST_DIR") else {
        println!("skipped: MNIST_DIR names no folder with MNIST's files");
        return;
    };
    for (part, count, first_labels) in [("train", 60_000, [5, 0, 4]), ("t10k", 10_000, [7, 2, 1])] {
        let file = |name: &str| read_packed_or_plain(Path::new(&folder), part, name);
        let images = file("images-idx3-ubyte");
        let data = Dataset::parse(&images, &file("labels-idx1-ubyte"), 10).unwrap();
        let size = (data.images.count, data.images.rows, data.images.columns);
        assert_eq!(size, (count, SIDE, SIDE));
        assert_eq!(data.labels[..3], first_labels);
    }
}

proptest! {
    #[test]
    fn never_panics_on_any_bytes(bytes: Vec<u8>, magic in 0x801u32..=0x803, sizes: [u8; 3]) {
        let _ = parse_images(&bytes);
        let _ = parse_labels(&bytes, 10);
        let _ = info(&bytes);
        let _ = info(&gzip(&bytes));
        let _ = parse_images(&gzip(&bytes));
        let _ = parse_images(&[&[0x1f, 0x8b, 8, 0], &bytes[..]].concat());
        let forged = [header(magic, &sizes.map(u32::from)), bytes].concat();
        let _ = parse_images(&forged);
        let _ = parse_labels(&forged, 10);
    }

    #[test]
    fn reads_back_what_was_written(count in 1usize..5, rows in 1usize..9, columns in 1usize..9) {
        let pixels: Vec<u8> = (0..count * rows * columns).map(|pixel| pixel as u8).collect();
        let images = Images { count, rows, columns, pixels };
        let file = write_images(&images);
        prop_assert_eq!(&file, &images_file(count as u32, rows as u32, columns as u32));
        prop_assert_eq!(&parse_images(&file).unwrap(), &images);
        prop_assert_eq!(&parse_images(&gzip(&file)).unwrap(), &images);
    }

    #[test]
    fn reads_back_labels_that_were_written(labels in prop::collection::vec(0u8..10, 1..50)) {
        let file = write_labels(&labels);
        prop_assert_eq!(&file, &labels_file(&labels));
        prop_assert_eq!(parse_labels(&file, 10).unwrap(), labels);
    }
}

fn header(magic: u32, sizes: &[u32]) -> Vec<u8> {
    [&[magic], sizes]
        .concat()
        .into_iter()
        .flat_map(u32::to_be_bytes)
        .collect()
}

/// Pixels 0, 1, 2, ...
fn images_file(count: u32, rows: u32, columns: u32) -> Vec<u8> {
    let pixels = (0..count * rows * columns).map(|pixel| pixel as u8);
    header(0x803, &[count, rows, columns])
        .into_iter()
        .chain(pixels)
        .collect()
}

fn labels_file(labels: &[u8]) -> Vec<u8> {
    [&header(0x801, &[labels.len() as u32]), labels].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read_packed_or_plain(folder: &Path, part: &str, name: &str) -> Vec<u8> {
    let plain = folder.join(format!("{part}-{name}"));
    let packed = folder.join(format!("{part}-{name}.gz"));
    std::fs::read(&packed)
        .or_else(|_| std::fs::read(&plain))
        .expect("a readable file")
}
