//! The wasm file that the page starts with: CPU backends only.

use vitpad as _;

fn main() {}
