//! What a build or a test needs, found or installed.

pub mod apt;
pub mod browser;
pub mod debian_std;
pub mod npm;
pub mod toolchain;
pub mod tools;

use crate::progress::step;
use crate::project;
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::thread::{self, JoinHandle};
use tools::Tool;

/// A compiler with the wasm standard library, and the folders of the tools that go with it.
pub struct Wasm {
    /// The rustup toolchain to name, where the default one has no wasm standard library.
    pub toolchain: Option<String>,
    tool_folders: Vec<PathBuf>,
    /// What is still being installed.
    rest: Mutex<Vec<JoinHandle<Result<()>>>>,
}

/// Sets up everything the wasm builds use, `tools` included. The compiler is there at once; tools
/// and npm packages, which take minutes, once [`Wasm::ready`] returns.
pub fn wasm(tools: Vec<Tool>) -> Result<Wasm> {
    let toolchain = step("wasm standard library", |_| toolchain::ensure())?;
    let mut tool_folders = tools::folders(&tools)?;
    tool_folders.push(npm::bin_dir());
    let packages = || step("npm packages", |_| npm::ensure(&npm::tests()));
    let rest = vec![
        thread::spawn(packages),
        thread::spawn(move || tools::ensure(&tools)),
    ];
    Ok(Wasm {
        toolchain,
        tool_folders,
        rest: Mutex::new(rest),
    })
}

impl Wasm {
    /// Waits for the tools and the npm packages.
    pub fn ready(&self) -> Result<()> {
        // Others wait for the lock, and then find nothing left to wait for.
        let mut rest = self
            .rest
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let ended = rest
            .drain(..)
            .map(|each| each.join().expect("it returns its errors"));
        ended.collect::<Vec<_>>().into_iter().collect()
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
