//! Memory of tensors, kept for later ones: each step of a training run wants the same again, which an
//! allocator may have given back to the system, and kernels overwrite what it holds.

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem::{MaybeUninit, size_of_val, take};
use std::ops::{Deref, DerefMut};

use burn::tensor::Bytes;
use burn_std::{AccessError, AccessPolicy, AllocationController, AllocationProperty};

/// What was not asked for in so many requests, which is two steps or three, is of a run that is over.
const PATIENCE: u64 = 300;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Free memory by length.
#[derive(Default)]
struct Kept {
    free: HashMap<usize, Free>,
    requests: u64,
}

#[derive(Default)]
struct Free {
    values: Vec<Vec<f32>>,
    /// The last request for them.
    request: u64,
}

impl Kept {
    fn take(&mut self, length: usize) -> Option<Vec<f32>> {
        self.requests += 1;
        let free = self.free.entry(length).or_default();
        free.request = self.requests;
        let found = free.values.pop();
        if found.is_none() {
            let now = self.requests;
            self.free.retain(|_, free| now - free.request < PATIENCE);
        }
        found
    }

    fn give(&mut self, values: Vec<f32>) {
        if let Some(free) = self.free.get_mut(&values.len()) {
            free.values.push(values);
        }
    }
}

/// Values that are a tensor's, or will be. Dropped, it is kept.
#[derive(Debug, Default)]
pub struct Memory(Vec<f32>);

impl Memory {
    /// Of so many values, which may be left over from another tensor.
    pub fn of(length: usize) -> Self {
        if length == 0 {
            return Self::default();
        }
        let kept = KEPT.with_borrow_mut(|kept| kept.take(length));
        Self(kept.unwrap_or_else(|| vec![0.0; length]))
    }

    pub fn zeros(length: usize) -> Self {
        let mut memory = Self::of(length);
        memory.fill(0.0);
        memory
    }

    /// As a tensor's bytes, which keep it as well when they are dropped.
    pub fn into_bytes(self) -> Bytes {
        let length = size_of_val(&*self.0);
        // SAFETY: that many bytes are initialised, since all values are.
        unsafe { Bytes::from_controller(Box::new(self), length) }
    }
}

impl Clone for Memory {
    fn clone(&self) -> Self {
        let mut copy = Self::of(self.len());
        copy.copy_from_slice(self);
        copy
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let values = take(&mut self.0);
        // When the thread ends there may be nobody to keep it.
        let _ = KEPT.try_with(|kept| kept.borrow_mut().give(values));
    }
}

impl Deref for Memory {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Memory {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}

impl AllocationController for Memory {
    fn alloc_align(&self) -> usize {
        align_of::<f32>()
    }

    fn property(&self) -> AllocationProperty {
        AllocationProperty::Other
    }

    unsafe fn memory_mut(
        &mut self,
        _: AccessPolicy,
    ) -> Result<&mut [MaybeUninit<u8>], AccessError> {
        // SAFETY: any bytes are float32, and callers write none that are not initialised.
        Ok(unsafe { self.0.align_to_mut().1 })
    }

    fn memory(&self, _: AccessPolicy) -> Result<&[MaybeUninit<u8>], AccessError> {
        // SAFETY: values are bytes.
        Ok(unsafe { self.0.align_to().1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths of what is free.
    fn free() -> Vec<usize> {
        KEPT.with_borrow(|kept| {
            let lengths = kept.free.iter();
            let each = lengths.flat_map(|(&length, free)| vec![length; free.values.len()]);
            each.collect()
        })
    }

    #[test]
    fn memory_is_used_again_as_values_and_as_bytes() {
        let mut memory = Memory::of(3);
        memory.copy_from_slice(&[1.0, 2.0, 3.0]);
        let bytes = memory.into_bytes();
        assert_eq!(bytes[4..8], 2.0f32.to_ne_bytes());
        assert!(free().is_empty());
        drop(bytes);
        assert_eq!(free(), [3]);
        assert_eq!(*Memory::of(3), [1.0, 2.0, 3.0]);
        assert_eq!(*Memory::zeros(3), [0.0; 3]);
        assert_eq!(free(), [3]);
    }

    #[test]
    fn what_nobody_asks_for_is_let_go() {
        drop(Memory::of(5));
        for _ in 0..PATIENCE {
            drop(Memory::of(7));
        }
        assert_eq!(free().len(), 2);
        // Only a length that is new asks what is still wanted.
        drop(Memory::of(8));
        let mut left = free();
        left.sort_unstable();
        assert_eq!(left, [7, 8]);
    }
}
