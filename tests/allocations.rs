//! A training step on the CPU allocates a handful of buffers, as many each time: the engine keeps the
//! memory of activations and gradients.
#![cfg(not(target_arch = "wasm32"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use vitpad::config::VitConfig;
use vitpad::data::training::TrainingData;
use vitpad::device;
use vitpad::train::{Recipe, Trainer};

/// Bytes of what counts as a buffer.
const BUFFER: usize = 32 << 10;
/// Pixels of the batch, and their normalised copy.
const MOST: usize = 2;

static BUFFERS: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= BUFFER {
            BUFFERS.fetch_add(1, Relaxed);
        }
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn every_step_allocates_the_same_few_buffers() {
    let data = Arc::new(TrainingData::synthetic(1, 2_000).unwrap());
    for preset in VitConfig::PRESETS {
        let config = VitConfig::preset(preset).unwrap();
        let recipe = Recipe {
            batch: 64,
            augment: None,
            ..Recipe::published()
        };
        let device = device::cpu().device;
        let mut trainer = Trainer::new(&config, recipe, data.clone(), &device).unwrap();
        let mut buffers = || {
            let before = BUFFERS.load(Relaxed);
            drop(trainer.step());
            BUFFERS.load(Relaxed) - before
        };
        // The first steps fill the memory that is kept, and the first leaves a state to go back to.
        let _ = [buffers(), buffers()];
        let each: Vec<usize> = (0..10).map(|_| buffers()).collect();
        println!("{preset}: {}", each[0]);
        assert!(each[0] <= MOST, "{preset}: {} of {MOST}", each[0]);
        assert_eq!(each, [each[0]; 10], "{preset}");
    }
}
