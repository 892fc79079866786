//! Times without a browser, in one thread: vitpad, the same on burn-flex's operations, PyTorch,
//! and the limit of the processor.

use crate::process::{output, succeed};
use crate::project::{read, root, state_dir};
use crate::stamp::files_below;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The name of a mode in run.mjs, its name in tests/bench/kernels.rs, and its images.
const MODES: [(&str, &str, u32); 2] = [("train", "training step", 64), ("infer", "one image", 1)];
/// The name of a library in run.mjs, and the end of its benchmark's name.
const LIBRARIES: [(&str, &str); 2] = [("vitpad", "kernel"), ("burn-flex", "composition")];
/// The beginning of the names of the limit's benchmarks.
const LIMIT: &str = "limit/";

const ADVICE: &str = "PyTorch is missing: `pip install torch numpy safetensors`, \
    and name that Python in the variable PYTHON";

/// Measures, and leaves the result in a file: a `Native` of tests/bench/types.d.ts.
pub fn measure(presets: &[String]) -> Result<PathBuf> {
    let folder = state_dir()?.join("criterion");
    // Criterion leaves the results of earlier runs there.
    let _ = fs::remove_dir_all(&folder);
    eprintln!("==> cargo bench");
    let mut bench = Command::new("cargo");
    bench
        .current_dir(root())
        .args(["bench", "--locked", "--bench", "kernels", "--"])
        .arg(filter(presets))
        .env("CRITERION_HOME", &folder)
        .stdout(io::stderr());
    succeed(&mut bench)?;
    let timings = timings(&folder)?;

    let pytorch = pytorch()?;
    let mut cells = cells(presets, &timings)?;
    cells.extend(pytorch_cells(presets, &pytorch));
    let result = json!({
        "limit": limit(&timings)?,
        "cells": cells,
        "pytorch": match &pytorch {
            Some(printed) => json!({ "version": printed["version"] }),
            None => json!({ "missing": ADVICE }),
        },
    });
    let file = state_dir()?.join("native.json");
    fs::write(&file, result.to_string())
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

/// The regular expression of the benchmarks that count.
fn filter(presets: &[String]) -> String {
    let tasks = MODES.map(|(_, task, _)| task).join("|");
    format!("^({LIMIT}|({}): ({tasks}), )", presets.join("|"))
}

/// One benchmark's result.
struct Timing {
    name: String,
    /// The median time of an iteration, in seconds.
    median: f64,
    /// Elements per second, where the benchmark says how many an iteration has.
    most_elements: Option<f64>,
}

fn timings(folder: &Path) -> Result<Vec<Timing>> {
    let files = files_below(folder, &|name| name == "base")?;
    let described = files.iter().filter(|file| file.ends_with("benchmark.json"));
    described.map(|file| timing(file)).collect()
}

/// Reads what Criterion writes: benchmark.json, and two files beside it.
fn timing(file: &Path) -> Result<Timing> {
    let parsed = |name: &str| -> Result<Value> {
        let file = file.with_file_name(name);
        serde_json::from_str(&read(&file)?).with_context(|| format!("{}", file.display()))
    };
    let (benchmark, estimates) = (parsed("benchmark.json")?, parsed("estimates.json")?);
    let name = benchmark["full_id"].as_str().context("no full_id")?;
    let nanoseconds = estimates["median"]["point_estimate"].as_f64();
    let nanoseconds = nanoseconds.with_context(|| format!("{name} has no median"))?;
    let most_elements = match benchmark["throughput"]["Elements"].as_f64() {
        Some(elements) => Some(elements / fastest(&parsed("sample.json")?)),
        None => None,
    };
    Ok(Timing {
        name: name.to_owned(),
        median: nanoseconds / 1e9,
        most_elements,
    })
}

/// The time of an iteration in the fastest sample, in seconds.
fn fastest(samples: &Value) -> f64 {
    let numbers = |name: &str| {
        let values = samples[name].as_array().into_iter().flatten();
        values.filter_map(Value::as_f64)
    };
    let each = numbers("times").zip(numbers("iters"));
    each.map(|(nanoseconds, iterations)| nanoseconds / iterations / 1e9)
        .fold(f64::INFINITY, f64::min)
}

fn cells(presets: &[String], timings: &[Timing]) -> Result<Vec<Value>> {
    let mut cells = Vec::new();
    for preset in presets {
        for (mode, task, batch) in MODES {
            for (library, ending) in LIBRARIES {
                let name = format!("{preset}: {task}, {ending}");
                let timing = timings.iter().find(|timing| timing.name == name);
                let timing = timing.with_context(|| format!("`cargo bench` left no `{name}`"))?;
                cells.push(cell(preset, mode, batch, library, 1e3 * timing.median));
            }
        }
    }
    Ok(cells)
}

fn cell(preset: &str, mode: &str, batch: u32, library: &str, milliseconds: f64) -> Value {
    json!({
        "preset": preset,
        "mode": mode,
        "batch": batch,
        "library": library,
        "milliseconds": milliseconds,
    })
}

/// Multiply-adds per second. The fastest sample counts: whatever else runs only slows it.
fn limit(timings: &[Timing]) -> Result<f64> {
    let limits = timings
        .iter()
        .filter(|timing| timing.name.starts_with(LIMIT));
    limits
        .filter_map(|timing| timing.most_elements)
        .reduce(f64::max)
        .context("`cargo bench` left no limit")
}

/// The output of tests/bench/pytorch.py; `None` where there is no PyTorch.
fn pytorch() -> Result<Option<Value>> {
    eprintln!("==> PyTorch");
    let python = env::var_os("PYTHON").unwrap_or_else(|| OsString::from("python3"));
    let mut imports = Command::new(&python);
    if output(imports.args(["-c", "import torch, safetensors.torch"])).is_err() {
        eprintln!("    {ADVICE}");
        return Ok(None);
    }
    let mut script = Command::new(python);
    script.current_dir(root());
    let printed = output(script.args(["tests/bench/pytorch.py", "--json"]))?;
    let printed = serde_json::from_str(&printed).context("pytorch.py printed no JSON")?;
    Ok(Some(printed))
}

fn pytorch_cells(presets: &[String], printed: &Option<Value>) -> Vec<Value> {
    let mut cells = Vec::new();
    for preset in presets {
        for (mode, _, batch) in MODES {
            let times = printed.as_ref().map(|printed| &printed["milliseconds"]);
            if let Some(time) = times.and_then(|times| times[preset][mode].as_f64()) {
                cells.push(cell(preset, mode, batch, "pytorch", time));
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests;
