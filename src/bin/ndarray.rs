//! The CPU file with burn-ndarray as well, for those who ask for that device.

use vitpad as _;

fn main() {}
