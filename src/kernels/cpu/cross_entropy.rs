//! Softmax and cross-entropy, a row per image.

/// The mean over the batch of -Σ target · log softmax(logits), and in `probabilities` the softmax.
///
/// # Shapes
/// - logits, targets, probabilities: `[batch, classes]`
pub fn forward(logits: &[f32], targets: &[f32], classes: usize, probabilities: &mut [f32]) -> f32 {
    let rows = logits
        .chunks_exact(classes)
        .zip(targets.chunks_exact(classes));
    let mut loss = 0.0;
    for ((logits, targets), probabilities) in rows.zip(probabilities.chunks_exact_mut(classes)) {
        let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for (probability, logit) in probabilities.iter_mut().zip(logits) {
            *probability = (logit - max).exp();
        }
        let sum: f32 = probabilities.iter().sum();
        let log_sum = sum.ln();
        for ((probability, logit), target) in probabilities.iter_mut().zip(logits).zip(targets) {
            *probability /= sum;
            // Not where it would make 0 · ∞.
            if *target != 0.0 {
                loss -= target * (logit - max - log_sum);
            }
        }
    }
    loss / (logits.len() / classes) as f32
}

/// The gradient of the logits, times `dloss`.
///
/// # Shapes
/// - probabilities: as [`forward`] left them
/// - targets, dlogits: `[batch, classes]`
pub fn backward(
    probabilities: &[f32],
    targets: &[f32],
    classes: usize,
    dloss: f32,
    dlogits: &mut [f32],
) {
    let scale = dloss / (targets.len() / classes) as f32;
    let rows = probabilities
        .chunks_exact(classes)
        .zip(targets.chunks_exact(classes));
    for ((probabilities, targets), dlogits) in rows.zip(dlogits.chunks_exact_mut(classes)) {
        let total: f32 = targets.iter().sum();
        for ((dlogit, probability), target) in dlogits.iter_mut().zip(probabilities).zip(targets) {
            *dlogit = (probability * total - target) * scale;
        }
    }
}
