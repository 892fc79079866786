//! dist/: Trunk builds the page and the wasm files, wasm-opt makes those smaller; npm packages and
//! data sets that the page loads are put beside them.

mod data;
mod vendor;

use crate::process::{output, run, run_quiet, step};
use crate::project::{self, root};
use crate::setup::Wasm;
use crate::stamp::{Stamp, files_below, sha256};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

/// The wasm files, and what wasm-opt is told for each: how hard to work, and what it may meet.
const WASM_FILES: [(&str, &[&str]); 4] = [
    ("cpu_bg.wasm", &["-O2"]),
    ("cpu_relaxed_bg.wasm", &["-O2", "--enable-relaxed-simd"]),
    ("ndarray_bg.wasm", &["-O2"]),
    ("webgpu_bg.wasm", &["-O1"]),
];
const SCRIPTS: [&str; 6] = [
    "index.html",
    "cpu.js",
    "cpu.d.ts",
    "cpu_relaxed.js",
    "ndarray.js",
    "webgpu.js",
];

/// What rustc lets every wasm file use today; wasm-opt must be told.
const WASM_FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Brings dist/ up to date.
pub fn build(wasm: &Wasm) -> Result<()> {
    let stamp = Stamp::of_files(&inputs()?)?.and(&output(wasm.command("rustc").arg("-vV"))?);
    let kept = project::state_dir()?.join("dist.stamp");
    if stamp.matches(&kept) && missing_outputs().is_empty() {
        println!("==> build: dist/ is up to date");
    } else {
        let _ = fs::remove_file(&kept);
        build_anew(wasm)?;
        stamp.keep(&kept)?;
    }
    // No part of the stamp: the data may come and go while all else is up to date.
    data::place(&dist())
}

fn build_anew(wasm: &Wasm) -> Result<()> {
    // Trunk runs offline, or it would look for tools of its own.
    step("crates", || {
        run_quiet(wasm.command("cargo").args(["fetch", "--locked"]))
    })?;
    step("trunk build", || run(wasm.command("trunk").arg("build")))?;
    step("wasm-opt", || {
        let each = WASM_FILES.map(|(file, options)| move || optimise(wasm, file, options));
        // All at once: wasm-opt from npm runs on one core.
        let results = std::thread::scope(|scope| {
            each.map(|work| scope.spawn(work))
                .map(|thread| thread.join().expect("wasm-opt's thread does not panic"))
        });
        results.into_iter().collect::<Result<()>>()
    })?;
    // Trunk replaces dist/, so this comes after it.
    vendor::copy(&dist())?;
    let missing = missing_outputs();
    if !missing.is_empty() {
        bail!(
            "the build left no {} in dist/: see the links in www/index.html",
            missing.join(", ")
        );
    }
    Ok(())
}

pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Every file that can change dist/.
fn inputs() -> Result<Vec<PathBuf>> {
    let single = [
        "Cargo.toml",
        "Cargo.lock",
        "Trunk.toml",
        ".cargo/config.toml",
        "tests/package-lock.json",
    ];
    let mut files: Vec<_> = single.iter().map(|file| root().join(file)).collect();
    for folder in ["src", "www"] {
        files.extend(files_below(&root().join(folder), &|name| {
            name == "node_modules"
        })?);
    }
    Ok(files)
}

fn missing_outputs() -> Vec<&'static str> {
    let wasm_files = WASM_FILES.iter().map(|(file, _)| *file);
    SCRIPTS
        .into_iter()
        .chain(wasm_files)
        .chain(vendor::outputs())
        .filter(|file| !dist().join(file).exists())
        .collect()
}

/// Optimises a file of dist/ in place. It takes minutes, so results are kept by content.
fn optimise(wasm: &Wasm, file: &str, options: &[&str]) -> Result<()> {
    let built = dist().join(file);
    let bytes = fs::read(&built).with_context(|| format!("Trunk left no {}", built.display()))?;
    let version = output(wasm.command("wasm-opt").arg("--version"))?;
    let key = Stamp::of_files(&[])?.and(&format!(
        "{options:?} {version} {WASM_FEATURES:?} {}",
        sha256(&bytes)
    ));

    let kept = project::state_dir()?.join("wasm-opt").join(file);
    let result = kept.join(key.as_str());
    if !result.exists() {
        let _ = fs::remove_dir_all(&kept);
        fs::create_dir_all(&kept)?;
        let half_done = kept.join("half-done");
        let mut wasm_opt = wasm.command("wasm-opt");
        wasm_opt
            .arg(&built)
            .args(options)
            .args(WASM_FEATURES)
            .arg("-o")
            .arg(&half_done);
        run_quiet(&mut wasm_opt)?;
        fs::rename(&half_done, &result)?;
    }
    let size = fs::copy(&result, &built)?;
    println!(
        "    {file}: {:.1} MB, before {:.1} MB",
        size as f64 / 1e6,
        bytes.len() as f64 / 1e6
    );
    Ok(())
}
