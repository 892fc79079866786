//! The wasm-bindgen tests, in headless Chromium.

use super::Machine;
use crate::process::run;
use crate::project::{self, root};
use anyhow::Result;
use serde_json::json;
use std::path::PathBuf;

/// Seconds that the tests of one browser run may take: the software adapter is slow.
const BROWSER_LIMIT: &str = "1500";

/// One run of wasm-bindgen tests in Chromium, built as Trunk builds the wasm file that they
/// test, so that nothing compiles twice.
pub struct Run {
    pub target: &'static str,
    profile: &'static str,
    feature: &'static str,
    adapter: bool,
}

pub const RUNS: [Run; 4] = [
    Run {
        target: "browser_cpu",
        profile: "release",
        feature: "ndarray",
        adapter: false,
    },
    Run {
        target: "browser_relaxed",
        profile: "release",
        feature: "relaxed-simd",
        adapter: false,
    },
    Run {
        target: "browser_webgpu",
        profile: "gpu",
        feature: "webgpu",
        adapter: true,
    },
    Run {
        target: "browser_fallback",
        profile: "gpu",
        feature: "webgpu",
        adapter: false,
    },
];

/// Runs them all, then reports the first failure.
pub fn test(machine: &Machine) -> Result<()> {
    let results = RUNS.map(|each| wasm_pack(machine, &each));
    results.into_iter().collect()
}

fn wasm_pack(machine: &Machine, tests: &Run) -> Result<()> {
    let mut wasm_pack = machine.wasm.command("wasm-pack");
    wasm_pack
        .args(["test", "--headless", "--chrome", "--chromedriver"])
        .arg(&machine.browser.driver)
        .arg(root())
        .args(["--locked", "--profile", tests.profile])
        .args(["--features", tests.feature, "--test", tests.target])
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
