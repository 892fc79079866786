//! `cargo xtask bench`: vitpad beside jax-js, TensorFlow.js and onnxruntime-web, in headless
//! Chromium, and beside burn-flex's operations and PyTorch without a browser.

mod native;

use crate::process;
use crate::setup::{browser, npm};
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use std::io;
use std::process::Command;

#[derive(Args)]
pub struct Bench {
    /// What to compute on: all of them, or the named ones
    #[arg(value_enum)]
    devices: Vec<Device>,
    /// Time this preset only (repeatable)
    #[arg(long = "preset", value_enum, value_name = "PRESET")]
    presets: Vec<Preset>,
    /// Time this library only (repeatable)
    #[arg(long = "library", value_enum, value_name = "LIBRARY")]
    libraries: Vec<Library>,
    /// Images in a training step [default: 64] (repeatable)
    #[arg(long = "batch", value_name = "IMAGES")]
    batches: Vec<u32>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Time dist/ as it is
    #[arg(long)]
    no_build: bool,
    /// Leave out what runs without a browser
    #[arg(long)]
    no_native: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Device {
    /// WebAssembly, one thread
    Cpu,
    /// The graphics adapter, Chromium's software adapter where there is no other
    Webgpu,
}

#[derive(Clone, Copy, ValueEnum)]
enum Preset {
    Reference,
    Default,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Library {
    Vitpad,
    /// As engines without relaxed SIMD load it; only where it is named
    #[value(name = "vitpad-simd128")]
    VitpadSimd128,
    JaxJs,
    /// TensorFlow.js
    Tfjs,
    /// onnxruntime-web, which only reads
    Ort,
}

/// Sets up what is missing and times. Standard output gets the table or the JSON object only.
pub fn bench(options: &Bench) -> Result<()> {
    if !options.no_build {
        build()?;
    }
    // Playwright is a package of tests/.
    for folder in [npm::tests(), npm::bench()] {
        eprintln!("==> npm packages of {}", folder.display());
        npm::ensure(&folder)?;
    }
    let chromium = browser::ensure_chromium()?;
    let mut node = Command::new("node");
    node.current_dir(npm::bench())
        .arg("run.mjs")
        .args(arguments(options))
        .env("CHROMIUM", chromium);
    if options.wants_native() {
        let presets = match options.presets.as_slice() {
            [] => names(Preset::value_variants()),
            named => names(named),
        };
        node.arg("--native").arg(native::measure(&presets)?);
    }
    process::succeed(&mut node)
}

impl Bench {
    /// Native times are the CPU's, and say nothing of the browser's other libraries.
    fn wants_native(&self) -> bool {
        let cpu = self.devices.is_empty() || self.devices.contains(&Device::Cpu);
        let vitpad = self.libraries.is_empty() || self.libraries.contains(&Library::Vitpad);
        cpu && vitpad && !self.no_native
    }
}

/// `cargo xtask build`, as a process of its own: what it prints goes to standard error.
fn build() -> Result<()> {
    let xtask = std::env::current_exe().context("cannot tell where xtask is")?;
    process::succeed(Command::new(xtask).arg("build").stdout(io::stderr()))
}

/// The parts that run.mjs is to time; it times everything where nothing is named.
fn arguments(options: &Bench) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut list = |option: &str, names: Vec<String>| {
        if !names.is_empty() {
            arguments.push(format!("--{option}={}", names.join(",")));
        }
    };
    list("devices", names(&options.devices));
    list("presets", names(&options.presets));
    list("libraries", names(&options.libraries));
    list(
        "batch",
        options.batches.iter().map(u32::to_string).collect(),
    );
    if options.json {
        arguments.push("--json".to_owned());
    }
    arguments
}

fn names<T: ValueEnum>(values: &[T]) -> Vec<String> {
    let names = values.iter().filter_map(ValueEnum::to_possible_value);
    names.map(|value| value.get_name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        bench: Bench,
    }

    fn parsed(words: &[&str]) -> Bench {
        let words = ["bench"].iter().chain(words);
        Cli::try_parse_from(words).unwrap().bench
    }

    fn passed_on(words: &[&str]) -> Vec<String> {
        arguments(&parsed(words))
    }

    #[test]
    fn everything_is_timed_where_nothing_is_named() {
        assert!(passed_on(&[]).is_empty());
        assert!(passed_on(&["--no-build"]).is_empty());
    }

    #[test]
    fn names_reach_the_runner_as_it_spells_them() {
        assert_eq!(
            passed_on(&["cpu", "--preset", "reference", "--json"]),
            ["--devices=cpu", "--presets=reference", "--json"]
        );
        assert_eq!(
            passed_on(&["--library", "jax-js", "--library", "vitpad"]),
            ["--libraries=jax-js,vitpad"]
        );
        assert_eq!(
            passed_on(&["webgpu", "--batch", "64", "--batch", "256"]),
            ["--devices=webgpu", "--batch=64,256"]
        );
    }

    #[test]
    fn native_times_belong_to_vitpad_on_the_cpu() {
        for (words, wanted) in [
            (&[][..], true),
            (&["cpu", "--preset", "default"], true),
            (&["cpu", "webgpu", "--library", "vitpad"], true),
            (&["webgpu"], false),
            (&["cpu", "--library", "tfjs"], false),
            (&["cpu", "--no-native"], false),
        ] {
            assert_eq!(parsed(words).wants_native(), wanted, "{words:?}");
        }
    }
}
