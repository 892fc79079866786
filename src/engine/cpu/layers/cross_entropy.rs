//! Softmax and cross-entropy, a row per image.

/// The sum over images of -Σ target · log softmax(logits); writes the logits' gradient of that sum
/// times `scale`.
///
/// # Shapes
/// - logits, targets, dlogits: `[images, classes]`
pub fn cross_entropy(
    [logits, targets]: [&[f32]; 2],
    classes: usize,
    scale: f32,
    dlogits: &mut [f32],
) -> f32 {
    let rows = logits
        .chunks_exact(classes)
        .zip(targets.chunks_exact(classes));
    let mut loss = 0.0;
    for ((logits, targets), dlogits) in rows.zip(dlogits.chunks_exact_mut(classes)) {
        let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for (power, logit) in dlogits.iter_mut().zip(logits) {
            *power = (logit - max).exp();
        }
        let sum: f32 = dlogits.iter().sum();
        let log_sum = sum.ln();
        let total: f32 = targets.iter().sum();
        for ((dlogit, logit), target) in dlogits.iter_mut().zip(logits).zip(targets) {
            // Not where it would make 0 · ∞.
            if *target != 0.0 {
                loss -= target * (logit - max - log_sum);
            }
            *dlogit = (*dlogit / sum * total - target) * scale;
        }
    }
    loss
}
