//! The wasm-bindgen tests, in headless Chromium.

use super::Machine;
use crate::build::Which;
use crate::build::links::{WasmFile, wasm_files};
use crate::process::run;
use crate::project::{self, root};
use anyhow::{Context, Result};
use serde_json::json;
use std::path::PathBuf;

/// Seconds that the tests of one browser run may take: the software adapter is slow.
const BROWSER_LIMIT: &str = "1500";

/// One run of wasm-bindgen tests in Chromium.
struct Run {
    target: &'static str,
    /// The wasm file that it tests: it is built as that is, so that nothing compiles twice.
    file: &'static str,
    /// The same where only the fast files are built.
    fast: Option<&'static str>,
    adapter: bool,
}

const RUNS: [Run; 4] = [
    Run {
        target: "browser_cpu",
        file: "ndarray",
        fast: Some("cpu"),
        adapter: false,
    },
    Run {
        target: "browser_relaxed",
        file: "cpu_relaxed",
        fast: Some("cpu_relaxed"),
        adapter: false,
    },
    Run {
        target: "browser_webgpu",
        file: "webgpu",
        fast: None,
        adapter: true,
    },
    Run {
        target: "browser_fallback",
        file: "webgpu",
        fast: None,
        adapter: false,
    },
];

/// Runs them all, then reports the first failure.
pub fn test(machine: &Machine, which: Which) -> Result<()> {
    machine.wasm.ready_for_tests()?;
    let files = wasm_files()?;
    let mut result = Ok(());
    for each in &RUNS {
        let file = match which {
            Which::All => Some(each.file),
            Which::Fast => each.fast,
        };
        let Some(name) = file else { continue };
        let file = files.iter().find(|file| file.name == name);
        let file = file.with_context(|| format!("index.html links to no {name}"))?;
        result = result.and(wasm_pack(machine, each, file));
    }
    result
}

fn wasm_pack(machine: &Machine, tests: &Run, file: &WasmFile) -> Result<()> {
    let mut wasm_pack = machine.wasm.command("wasm-pack");
    wasm_pack
        .args(["test", "--headless", "--chrome", "--chromedriver"])
        .arg(&machine.browser.driver)
        .arg(root())
        .args(["--locked", "--profile", &file.profile])
        .args(["--features", &file.features, "--test", tests.target])
        .env(
            "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
            webdriver_json(machine, tests.adapter)?,
        )
        .env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_LIMIT)
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    run(&mut wasm_pack)
}

/// The capabilities that the test runner asks chromedriver for.
fn webdriver_json(machine: &Machine, adapter: bool) -> Result<PathBuf> {
    let mut args = vec![
        "--headless=new",
        "--no-sandbox",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
    ];
    if adapter {
        // Chromium's software adapter.
        args.push("--enable-unsafe-webgpu");
    }
    let options = json!({ "args": args, "binary": machine.browser.chromium });
    let file = project::state_dir()?.join(format!("webdriver-{adapter}.json"));
    std::fs::write(&file, json!({ "goog:chromeOptions": options }).to_string())?;
    Ok(file)
}
