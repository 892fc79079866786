//! Memory that kernels work in, kept from one call to the next.

use std::cell::RefCell;
use std::mem;

thread_local! {
    /// One for each kernel that is at work: those of a whole model call others.
    static MEMORY: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Calls `work` with slices of these lengths. Their values are left over from earlier calls.
pub fn with_scratch<const N: usize, R>(
    lengths: [usize; N],
    work: impl FnOnce([&mut [f32]; N]) -> R,
) -> R {
    let mut memory = MEMORY.with_borrow_mut(Vec::pop).unwrap_or_default();
    let total = lengths.iter().sum();
    if memory.len() < total {
        memory.resize(total, 0.0);
    }
    let mut rest = &mut memory[..];
    let result = work(lengths.map(|length| {
        let (slice, after) = mem::take(&mut rest).split_at_mut(length);
        rest = after;
        slice
    }));
    MEMORY.with_borrow_mut(|kept| kept.push(memory));
    result
}
