//! The test run: its parts in order, cheapest first, and a table of their results.

mod browser;
mod engines;
mod trunk;

use crate::build::{self, Which};
use crate::process::{on_path, run};
use crate::progress::{line, seconds, step};
use crate::project::root;
use crate::setup::browser::Browser;
use crate::setup::{self, Wasm, npm, toolchain};
use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Part {
    /// Formatting
    Fmt,
    /// Lints of the native code and of xtask
    Clippy,
    /// Native tests, and those of xtask
    Native,
    /// A minute of inputs that nobody meant
    Fuzz,
    /// Lints of the wasm code, where the wasm toolchain has clippy
    ClippyWasm,
    /// The build of dist/
    Build,
    /// Whether Trunk makes the same dist/, where it is on PATH
    Trunk,
    /// TypeScript's check of www/ and tests/e2e
    Types,
    /// Unit tests of www/, in Node.js
    Unit,
    /// wasm-bindgen tests in Chromium, with and without a WebGPU adapter
    Browser,
    /// Playwright tests of the built page
    E2e,
    /// Tests of the built page in Firefox and WebKit, where Debian's packages of them are
    Engines,
}

impl Part {
    fn needs_wasm(self) -> bool {
        !matches!(self, Part::Fmt | Part::Clippy | Part::Native | Part::Fuzz)
    }

    fn needs_dist(self) -> bool {
        matches!(self, Part::Types | Part::E2e | Part::Engines | Part::Trunk)
    }

    /// Whether the part runs beside the build of dist/, which leaves a core idle now and then.
    fn runs_beside(self) -> bool {
        matches!(
            self,
            Part::Fmt | Part::Clippy | Part::Native | Part::Fuzz | Part::ClippyWasm
        )
    }
}

struct Outcome {
    name: &'static str,
    time: Duration,
    error: Option<anyhow::Error>,
}

/// Runs the named parts, all of them if none is named; later parts run after a failure too.
pub fn test(named: &[Part], fast: bool) -> Result<()> {
    let which = if fast { Which::Fast } else { Which::All };
    let all = Part::value_variants().iter().copied();
    let wanted = |part: Part| {
        let for_dist = part == Part::Build && named.iter().any(|other| other.needs_dist());
        let skipped = fast && part == Part::Trunk;
        (named.is_empty() || named.contains(&part) || for_dist) && !skipped
    };
    let parts: Vec<_> = all.filter(|part| wanted(*part)).collect();
    let needs_wasm = parts.iter().any(|part| part.needs_wasm());
    let (beside, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.runs_beside());
    let (build, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(|part| *part == Part::Build);

    let (mut outcomes, mut building) = (Vec::new(), Vec::new());
    let machine: OnceLock<Option<Machine>> = OnceLock::new();
    thread::scope(|scope| {
        let beside = scope.spawn(|| {
            for part in beside {
                if part.needs_wasm() {
                    run_parts(&[part], machine.wait().as_ref(), which, &mut outcomes);
                } else {
                    outcomes.push(timed(name(part), || run_native(part)).0);
                }
            }
        });
        if needs_wasm {
            let (outcome, set_up) = timed("setup", set_up);
            building.push(outcome);
            let machine = machine.get_or_init(|| set_up);
            run_parts(&build, machine.as_ref(), which, &mut building);
        }
        beside.join().expect("it keeps its errors");
    });
    outcomes.extend(building);
    let machine = machine.into_inner().flatten();
    run_parts(&rest, machine.as_ref(), which, &mut outcomes);
    report(&outcomes)
}

fn run_parts(parts: &[Part], machine: Option<&Machine>, which: Which, outcomes: &mut Vec<Outcome>) {
    for part in parts {
        let dist_failed = outcomes
            .iter()
            .any(|done| done.name == name(Part::Build) && done.error.is_some());
        let (outcome, _) = timed(name(*part), || match machine {
            None => bail!("not run: the setup failed"),
            Some(_) if part.needs_dist() && dist_failed => bail!("not run: the build failed"),
            Some(machine) => run_wasm(*part, machine, which),
        });
        outcomes.push(outcome);
    }
}

/// The tools that the wasm parts run on.
struct Machine {
    wasm: Wasm,
    browser: Browser,
}

fn set_up() -> Result<Machine> {
    let wasm = setup::for_tests()?;
    let browser = step("Chromium and its driver", |_| setup::browser::ensure())?;
    Ok(Machine { wasm, browser })
}

fn run_native(part: Part) -> Result<()> {
    let cargo = |args: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(root()).args(args);
        cargo
    };
    match part {
        Part::Fmt => run(&mut cargo(&["fmt", "--all", "--check"])),
        Part::Clippy => {
            let deny = ["--", "-D", "warnings"];
            // The tests' profile, so that both share what procedural macros are made of.
            run(cargo(&["clippy", "--all-targets", "--release"]).args(deny))?;
            run(cargo(&["clippy", "--all-targets", "--package", "xtask"]).args(deny))
        }
        Part::Fuzz => run(fuzz().args(["--seconds", "60"])),
        _ => {
            let vitpad = run(&mut cargo(&["test", "--no-fail-fast", "--release"]));
            let xtask = run(&mut cargo(&["test", "--quiet", "--package", "xtask"]));
            vitpad.and(xtask).and(repeat_draws())
        }
    }
}

/// The fuzzer, which the native tests have compiled; its arguments are to follow.
pub fn fuzz() -> Command {
    let mut fuzz = Command::new("cargo");
    fuzz.current_dir(root());
    fuzz.args(["run", "--quiet", "--release", "--example", "fuzz", "--"]);
    fuzz
}

/// Another language makes the same random draws.
fn repeat_draws() -> Result<()> {
    match on_path("python3") {
        Some(python) => run(Command::new(python)
            .current_dir(root())
            .arg("tests/fixtures/draws.py")),
        None => {
            line("    skipped: tests/fixtures/draws.py needs python3");
            Ok(())
        }
    }
}

fn run_wasm(part: Part, machine: &Machine, which: Which) -> Result<()> {
    let wasm = &machine.wasm;
    if !matches!(part, Part::ClippyWasm | Part::Build) {
        wasm.ready()?;
    }
    match part {
        Part::ClippyWasm => clippy_wasm(wasm),
        Part::Build => build::build(wasm, which),
        Part::Trunk => trunk::compare(wasm),
        Part::Types => run(&mut npm_script(machine, "check")),
        Part::Unit => run(&mut npm_script(machine, "unit")),
        Part::Browser => browser::test(machine, which),
        Part::Engines => engines::test(machine),
        _ => {
            let mut e2e = npm_script(machine, "e2e");
            if which == Which::Fast {
                e2e.args(["--", "--project=cpu", "--grep-invert=@ndarray"]);
            }
            run(&mut e2e)
        }
    }
}

fn clippy_wasm(wasm: &Wasm) -> Result<()> {
    if !toolchain::has_clippy(wasm.toolchain.as_deref()) {
        line("    skipped: the wasm toolchain has no clippy");
        return Ok(());
    }
    let mut clippy = wasm.command("cargo");
    clippy.args([
        "clippy",
        "--locked",
        "--release",
        "--target",
        toolchain::TARGET,
    ]);
    // WebGPU and ndarray would take minutes more, for the few lines that only their features compile.
    clippy.args([
        "--features",
        "relaxed-simd",
        "--lib",
        "--bins",
        "--test",
        "browser_cpu",
        "--test",
        "browser_relaxed",
    ]);
    run(clippy.args(["--", "-D", "warnings"]))
}

/// A script of tests/package.json.
fn npm_script(machine: &Machine, script: &str) -> Command {
    let mut npm = machine.wasm.command("npm");
    npm.current_dir(npm::tests())
        .args(["run", "--silent", script]);
    npm.env("CHROMIUM", &machine.browser.chromium);
    npm
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Fmt => "fmt",
        Part::Clippy => "clippy",
        Part::Native => "native",
        Part::Fuzz => "fuzz",
        Part::ClippyWasm => "clippy-wasm",
        Part::Build => "build",
        Part::Trunk => "trunk",
        Part::Types => "types",
        Part::Unit => "unit",
        Part::Browser => "browser",
        Part::E2e => "e2e",
        Part::Engines => "engines",
    }
}

fn timed<T>(name: &'static str, work: impl FnOnce() -> Result<T>) -> (Outcome, Option<T>) {
    line(&format!("\n=== {name}"));
    let start = Instant::now();
    let (value, error) = match work() {
        Ok(value) => (Some(value), None),
        Err(error) => {
            line(&format!("{name}: {error:#}"));
            (None, Some(error))
        }
    };
    (
        Outcome {
            name,
            time: start.elapsed(),
            error,
        },
        value,
    )
}

fn report(outcomes: &[Outcome]) -> Result<()> {
    println!("\npart         result  time");
    for Outcome { name, time, error } in outcomes {
        let result = if error.is_none() { "ok" } else { "FAILED" };
        println!("{name:<12} {result:<7} {}", seconds(*time));
    }
    let failed: Vec<_> = outcomes
        .iter()
        .filter(|done| done.error.is_some())
        .map(|done| done.name)
        .collect();
    match failed.as_slice() {
        [] => Ok(()),
        names => Err(anyhow!(
            "{} of {} parts failed: {}",
            names.len(),
            outcomes.len(),
            names.join(", ")
        )),
    }
}
