//! Logits, their probabilities and their loss.

use vitpad::logits::{argmax, log_softmax, softmax};

#[test]
fn logits_that_are_large_have_a_finite_loss() {
    assert!((log_softmax(&[1e4, 0.0], 1) + 1e4).abs() < 1e-3);
    assert_eq!(log_softmax(&[1e4, 0.0], 0), 0.0);
}

#[test]
fn probabilities_sum_to_one_and_the_first_of_equals_wins() {
    assert_eq!(softmax(&[1e4, 1e4]), [0.5, 0.5]);
    assert_eq!(argmax(&[1.0, 3.0, 3.0]), 1);
}
