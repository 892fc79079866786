//! The wasm standard library from Debian's packages, where rustup cannot download it:
//! their compiler builds it from their sources, and rustup links that compiler as a toolchain.

use super::apt;
use super::toolchain::{TARGET, holds_std};
use crate::process::{output, run_quiet};
use crate::progress;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGES: [&str; 5] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "lld-22",
];
const LINKER: &str = "/usr/bin/lld-22";
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

pub fn possible() -> bool {
    apt::possible() && cfg!(all(target_os = "linux", target_arch = "x86_64"))
}

/// Installs the packages, builds the library into their sysroot and links `toolchain` to it.
pub fn install(toolchain: &str) -> Result<()> {
    apt::install(&PACKAGES)?;
    let sysroot = PathBuf::from(output(Command::new(RUSTC).args(["--print", "sysroot"]))?.trim());
    let rustlib = sysroot.join("lib/rustlib");
    let library = rustlib.join(TARGET).join("lib");
    if !holds_std(&library) {
        progress::line("    building the standard library (about a minute)");
        let work = std::env::temp_dir().join(format!("vitpad-std-{}", std::process::id()));
        let built = build(&work, &library);
        let _ = fs::remove_dir_all(&work);
        built?;
    }
    link_linker(&rustlib.join("x86_64-unknown-linux-gnu/bin"))?;
    run_quiet(
        Command::new("rustup")
            .args(["toolchain", "link", toolchain])
            .arg(&sysroot),
    )
}

/// Compiles an empty package with `-Z build-std` and takes the standard library's part of it.
fn build(work: &Path, library: &Path) -> Result<()> {
    let manifest = "[package]\nname = \"stdseed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    fs::create_dir_all(work.join("src"))?;
    fs::write(work.join("Cargo.toml"), manifest)?;
    fs::write(work.join("src/lib.rs"), "#![no_std]\n")?;
    let mut cargo = Command::new(CARGO);
    cargo
        .current_dir(work)
        .args(["build", "--quiet", "--release", "--target", TARGET]);
    cargo.arg("-Zbuild-std=std,panic_abort,test");
    cargo
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", RUSTC)
        .env("RUSTFLAGS", "");
    cargo.env("CARGO_TARGET_DIR", work.join("target"));
    run_quiet(&mut cargo)?;

    // Copied beside its place first: a library that is there is whole.
    let half_done = library.with_extension("part");
    let _ = fs::remove_dir_all(&half_done);
    fs::create_dir_all(&half_done)
        .with_context(|| format!("cannot create {}", half_done.display()))?;
    for file in fs::read_dir(work.join("target").join(TARGET).join("release/deps"))? {
        let file = file?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libstdseed") {
            fs::copy(&file, half_done.join(&*name))?;
        }
    }
    let _ = fs::remove_dir_all(library);
    fs::rename(&half_done, library).with_context(|| format!("cannot write {}", library.display()))
}

/// rustc looks for its wasm linker under the name `rust-lld`.
fn link_linker(folder: &Path) -> Result<()> {
    let link = folder.join("rust-lld");
    fs::create_dir_all(folder)?;
    let _ = fs::remove_file(&link);
    #[cfg(unix)]
    std::os::unix::fs::symlink(LINKER, &link)
        .with_context(|| format!("cannot link {} to {LINKER}", link.display()))?;
    Ok(())
}
