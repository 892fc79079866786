//! The end of a module that can't go on: it has panicked, or memory has run out.
//!
//! Such a module is broken for good. Whoever waits for it is told so, and so is whoever calls it
//! again: otherwise their promises would never settle.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::device::HAS_WEBGPU;
use crate::error::Error;

thread_local! {
    /// Functions that reject the promises that are still to settle.
    static PENDING: RefCell<HashMap<u32, Function>> = RefCell::default();
    static LAST_ID: Cell<u32> = const { Cell::new(0) };
    /// The reason why the module can't go on.
    static CRASH: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// Makes panics errors that JavaScript can read.
pub fn watch() {
    panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        crash(message_of(info));
    }));
}

fn message_of(info: &panic::PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("no message");
    match info.location() {
        Some(place) => format!("{message} ({}:{})", short(place.file()), place.line()),
        None => message.to_owned(),
    }
}

/// A source file without the folders of whoever compiled it.
fn short(file: &str) -> &str {
    let of_crate = file.split("/registry/src/").nth(1);
    of_crate
        .and_then(|path| path.split_once('/'))
        .map_or(file, |(_, path)| path)
}

/// Rejects everything pending, and throws instead of trapping, since a trap has no message.
fn crash(message: String) -> ! {
    let error = Error::Crashed {
        message,
        is_device_fault: HAS_WEBGPU,
    };
    // Nothing here may panic: a second panic traps.
    let _ = CRASH.try_with(|crash| {
        if let Ok(mut crash) = crash.try_borrow_mut() {
            crash.get_or_insert_with(|| error.clone());
        }
    });
    let pending =
        PENDING.try_with(|pending| Some(pending.try_borrow_mut().ok()?.drain().collect()));
    let pending: Vec<(u32, Function)> = pending.ok().flatten().unwrap_or_default();
    for (_, reject) in pending {
        let _ = reject.call1(&JsValue::UNDEFINED, &error.clone().into());
    }
    wasm_bindgen::throw_val(error.into())
}

/// A promise of what `work` returns. It rejects with code `crashed` if the module crashes before.
pub fn promise(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    if let Some(error) = CRASH.with_borrow(Clone::clone) {
        return Promise::reject(&error.into());
    }
    let mut work = Some(work);
    Promise::new(&mut |resolve, reject| {
        let Some(work) = work.take() else { return };
        let id = LAST_ID.get().wrapping_add(1);
        LAST_ID.set(id);
        PENDING.with_borrow_mut(|pending| pending.insert(id, reject.clone()));
        spawn_local(async move {
            let (settle, value) = match work.await {
                Ok(value) => (resolve, value),
                Err(error) => (reject, error),
            };
            PENDING.with_borrow_mut(|pending| pending.remove(&id));
            let _ = settle.call1(&JsValue::UNDEFINED, &value);
        });
    })
}

/// The system's allocator, which says how much was asked for when there is no more.
struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: all but the check for null is the system's.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's.
        there(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's.
        there(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        there(unsafe { System.realloc(memory, layout, size) }, size)
    }
}

/// `memory`, if there is any.
fn there(memory: *mut u8, bytes: usize) -> *mut u8 {
    if memory.is_null() {
        out_of_memory(bytes);
    }
    memory
}

#[cold]
fn out_of_memory(bytes: usize) -> ! {
    let pages = core::arch::wasm32::memory_size::<0>();
    crash(format!(
        "memory ran out: {} MB more were needed, {} MB are in use",
        bytes.div_ceil(1_000_000),
        pages * 65_536 / 1_000_000
    ))
}
