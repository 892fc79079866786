//! The training loss.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

/// Cross-entropy of softmax(logits) against target distributions, averaged over the batch.
///
/// # Shapes
/// - logits, targets: `[batch, classes]`
/// - output: `[1]`
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let batch = logits.dims()[0] as f64;
    (log_softmax(logits, 1) * targets).sum() * (-1.0 / batch)
}
