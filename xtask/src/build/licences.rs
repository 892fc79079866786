//! The licences at the root of dist/: vitpad's own, and those of what others wrote.

use super::place::place;
use crate::project::root;
use anyhow::Result;
use std::path::Path;

/// Files of the repository, and what they are called in dist/.
const FILES: [(&str, &str); 3] = [
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("www/THIRD-PARTY.txt", "THIRD-PARTY.txt"),
];

pub fn copy(dist: &Path) -> Result<()> {
    for (file, name) in FILES {
        place(&root().join(file), &dist.join(name))?;
    }
    Ok(())
}

pub fn outputs() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(_, name)| *name)
}
