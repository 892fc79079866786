//! The meaning of a row of logits, computed on the CPU: ten numbers are not worth a launch.

/// The index of the largest value; the first of equals.
///
/// # Panics
/// If there is no value.
pub fn argmax(values: &[f32]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}

/// Probabilities, which sum to 1.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|x| (x - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

/// The natural logarithm of what softmax gives to `class`.
pub fn log_softmax(logits: &[f32], class: usize) -> f64 {
    let largest = f64::from(logits[argmax(logits)]);
    let sum: f64 = logits.iter().map(|&x| (f64::from(x) - largest).exp()).sum();
    f64::from(logits[class]) - largest - sum.ln()
}
