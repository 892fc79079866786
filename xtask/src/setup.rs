//! The tools that a build or a test needs, found or installed.

pub mod apt;
pub mod browser;
pub mod debian_std;
pub mod engines;
pub mod npm;
pub mod toolchain;
pub mod tools;

use crate::progress::step;
use crate::project;
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use tools::{Priority, Tool};

/// A compiler with the wasm standard library, and the folders of the tools that go with it.
pub struct Wasm {
    /// The rustup toolchain to name, where the default one has no wasm standard library.
    pub toolchain: Option<String>,
    tool_folders: Vec<PathBuf>,
    /// The work that builds still wait for.
    for_builds: Awaited,
    /// The work that tests still wait for.
    for_tests: Awaited,
}

/// Work in the background, whose errors whoever waits first gets.
type Awaited = Mutex<Vec<JoinHandle<Result<()>>>>;

/// Sets up everything the wasm builds use. The compiler is there at once; tools and npm packages,
/// which take minutes, once [`Wasm::ready`] returns.
pub fn for_builds() -> Result<Wasm> {
    wasm(Vec::new(), Priority::Low)
}

/// The same, and what tests need besides, once [`Wasm::ready_for_tests`] returns.
pub fn for_tests() -> Result<Wasm> {
    wasm(tools::test_tools(), Priority::Normal)
}

fn wasm(test_tools: Vec<Tool>, priority: Priority) -> Result<Wasm> {
    let build_tools = tools::build_tools()?;
    let toolchain = step("wasm standard library", |_| toolchain::ensure())?;
    let mut tool_folders = tools::folders(&build_tools)?;
    tool_folders.extend(tools::folders(&test_tools)?);
    tool_folders.push(npm::bin_dir());

    // One after the other: builds wait for the first.
    let (begin, begun) = channel();
    let build_tools = move || {
        let ended = tools::ensure(&build_tools, priority);
        let _ = begin.send(());
        ended
    };
    let test_tools = move || {
        let _ = begun.recv();
        tools::ensure(&test_tools, priority)
    };
    let packages = || step("npm packages", |_| npm::ensure(&npm::tests()));
    Ok(Wasm {
        toolchain,
        tool_folders,
        for_builds: Mutex::new(vec![thread::spawn(packages), thread::spawn(build_tools)]),
        for_tests: Mutex::new(vec![thread::spawn(test_tools)]),
    })
}

impl Wasm {
    /// Waits for the tools of builds and the npm packages.
    pub fn ready(&self) -> Result<()> {
        wait(&self.for_builds)
    }

    /// Waits for the tools of tests.
    pub fn ready_for_tests(&self) -> Result<()> {
        wait(&self.for_tests)
    }

    /// A command that finds the tools on PATH and compiles with the wasm toolchain.
    pub fn command(&self, program: &str) -> Command {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = self
            .tool_folders
            .iter()
            .cloned()
            .chain(std::env::split_paths(&path));
        let mut command = Command::new(program);
        command
            .current_dir(project::root())
            .env("CARGO_TARGET_DIR", project::wasm_target_dir());
        // `cargo xtask` runs inside cargo, which would pin its own compiler.
        command
            .env_remove("CARGO")
            .env_remove("RUSTC")
            .env_remove("CARGO_BUILD_TARGET");
        if let Ok(path) = std::env::join_paths(folders) {
            command.env("PATH", path);
        }
        if let Some(toolchain) = &self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        command
    }
}

fn wait(awaited: &Awaited) -> Result<()> {
    // Others wait for the lock, and then find nothing left to wait for.
    let mut handles = awaited
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let ended = handles
        .drain(..)
        .map(|each| each.join().expect("it returns its errors"));
    ended.collect::<Vec<_>>().into_iter().collect()
}
