//! One input given to one target: whether it panics, or takes more memory than it may.

use std::cell::{Cell, RefCell};
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use crate::memory;
use crate::targets::{Outcome, Target};

thread_local! {
    /// Whether a target is at work.
    static AT_WORK: Cell<bool> = const { Cell::new(false) };
    /// The last panic's words and place.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the words of targets' panics, and prints none.
pub fn silence() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| match AT_WORK.get() {
        true => PANIC.set(info.to_string().replace('\n', " ")),
        false => print(info),
    }));
}

/// What the target makes of the input and the memory that it took, or its fault.
pub fn run(target: &Target, input: &[u8]) -> Result<(Outcome, usize), String> {
    let before = memory::reset();
    AT_WORK.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        let outcome = (target.run)(input);
        if let Err(error) = &outcome {
            // People read its words, and pages its values.
            let _ = (error.to_string(), error.code());
            serde_json::to_string(error).expect("plain values");
        }
        outcome
    }));
    AT_WORK.set(false);
    let taken = memory::peak() - before;
    let outcome = outcome.map_err(|_| PANIC.take())?;
    let most = target.memory.base + target.memory.factor * input.len();
    if taken > most {
        let length = input.len();
        return Err(format!(
            "{length} bytes of input take {taken} bytes of memory, more than {most}"
        ));
    }
    Ok((outcome, taken))
}

/// Inputs that once led to a fault.
pub fn corpus(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let entries = fs::read_dir(root.join(target.name));
    let mut files: Vec<_> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let read = |file: PathBuf| {
        let bytes = fs::read(&file).expect("a file of the corpus");
        (file, bytes)
    };
    files.into_iter().map(read).collect()
}
