//! What a build or a test needs, found or installed.

pub mod apt;
pub mod browser;
pub mod debian_std;
pub mod npm;
pub mod toolchain;
pub mod tools;

use crate::process::step;
use crate::project;
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// A compiler with the wasm standard library, and the folders of the tools that go with it.
pub struct Wasm {
    /// The rustup toolchain to name, where the default one has no wasm standard library.
    pub toolchain: Option<String>,
    pub tool_folders: Vec<PathBuf>,
}

pub fn for_build() -> Result<Wasm> {
    wasm(&tools::build_tools()?)
}

/// Sets up everything the wasm builds use, `tools` included.
pub fn wasm(tools: &[tools::Tool]) -> Result<Wasm> {
    let toolchain = step("wasm standard library", toolchain::ensure)?;
    let mut tool_folders = tools::ensure(tools)?;
    step("npm packages", || npm::ensure(&npm::tests()))?;
    tool_folders.push(npm::bin_dir());
    Ok(Wasm {
        toolchain,
        tool_folders,
    })
}

impl Wasm {
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
