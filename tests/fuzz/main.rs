//! The inputs that fuzzing found do no harm any more.
#![cfg(not(target_arch = "wasm32"))]

mod memory;
mod targets;
mod trial;

use targets::TARGETS;

#[test]
fn what_was_found_does_no_harm() {
    trial::silence();
    let mut faults = Vec::new();
    for target in &TARGETS {
        for (file, input) in trial::corpus(target) {
            if let Err(fault) = trial::run(target, &input) {
                faults.push(format!("{}: {fault}", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
