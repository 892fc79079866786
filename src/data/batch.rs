//! Normalised pixels and target distributions, as plain numbers: what engines make batches of.

/// Mean of MNIST's training pixels, in 0 to 1.
pub const MEAN: f32 = 0.1307;
/// Standard deviation of MNIST's training pixels, in 0 to 1.
pub const DEVIATION: f32 = 0.3081;

/// Pixels in 0 to 1, normalised.
pub fn normalized(pixels: &[f32]) -> Vec<f32> {
    pixels.iter().map(|x| (x - MEAN) / DEVIATION).collect()
}

/// Target distributions, `[batch, classes]`: one-hot labels, with `smoothing` of the
/// probability spread over all classes (Szegedy et al., 2016).
///
/// # Panics
/// If a label is not below `classes`.
pub fn targets(labels: &[u8], classes: usize, smoothing: f32) -> Vec<f32> {
    let mut values = vec![smoothing / classes as f32; labels.len() * classes];
    for (row, &label) in values.chunks_exact_mut(classes).zip(labels) {
        row[usize::from(label)] += 1.0 - smoothing;
    }
    values
}
