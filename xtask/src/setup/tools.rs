//! Command line tools of pinned versions: from PATH where they match, else installed once.

use crate::process::{executable_in, on_path, run_quiet, seconds, version_of};
use crate::project;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

pub struct Tool {
    pub package: &'static str,
    pub program: &'static str,
    pub version: String,
    /// The opt-level it is compiled with: tools that do much work are worth some optimising.
    opt_level: &'static str,
    /// `--locked` fails where the tool's lock file is newer than the package index.
    locked: bool,
}

pub fn build_tools() -> Result<Vec<Tool>> {
    let version = project::wasm_bindgen_version()?;
    Ok(vec![
        Tool {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version,
            opt_level: "1",
            locked: false,
        },
        tool("trunk", project::TRUNK),
    ])
}

pub fn test_tools() -> Result<Vec<Tool>> {
    let mut tools = build_tools()?;
    tools.push(tool("wasm-pack", project::WASM_PACK));
    Ok(tools)
}

fn tool(name: &'static str, version: &str) -> Tool {
    let version = version.to_owned();
    Tool {
        package: name,
        program: name,
        version,
        opt_level: "0",
        locked: true,
    }
}

/// Finds or installs the tools and returns the folders to put on PATH.
pub fn ensure(tools: &[Tool]) -> Result<Vec<PathBuf>> {
    tools.iter().map(|tool| tool.ensure()).collect()
}

impl Tool {
    /// The folder that holds this tool at the right version.
    pub fn find(&self) -> Result<Option<PathBuf>> {
        let path = on_path(self.program);
        let cached = executable_in(&self.home()?.join("bin"), self.program);
        let fits = |file: &PathBuf| version_of(file).as_ref() == Some(&self.version);
        let file = path.into_iter().chain(cached).find(fits);
        Ok(file.and_then(|file| file.parent().map(Path::to_owned)))
    }

    fn home(&self) -> Result<PathBuf> {
        Ok(project::tools_dir()?.join(format!("{}-{}", self.package, self.version)))
    }

    fn ensure(&self) -> Result<PathBuf> {
        if let Some(folder) = self.find()? {
            return Ok(folder);
        }
        let start = Instant::now();
        println!("==> {} {}: compiling it, once", self.package, self.version);
        self.install()?;
        println!("    {}: done in {}", self.package, seconds(start.elapsed()));
        self.find()?.with_context(|| {
            format!(
                "{} {} was installed but does not run",
                self.package, self.version
            )
        })
    }

    fn install(&self) -> Result<()> {
        let tools = project::tools_dir()?;
        std::fs::create_dir_all(&tools)
            .with_context(|| format!("cannot create {}", tools.display()))?;
        let mut cargo = Command::new("cargo");
        // Outside the project, whose cargo settings are not meant for the tools.
        cargo
            .current_dir(&tools)
            .args(["install", self.package, "--quiet", "--force"]);
        cargo
            .arg(format!("--version=={}", self.version))
            .arg("--root")
            .arg(self.home()?);
        if self.locked {
            cargo.arg("--locked");
        }
        cargo
            .env_remove("CARGO")
            .env_remove("RUSTC")
            .env_remove("CARGO_BUILD_TARGET");
        cargo.env_remove("RUSTFLAGS");
        // One target folder, so that the tools share what they can.
        cargo.env("CARGO_TARGET_DIR", tools.join("build"));
        // Their own release profiles spend many minutes on speed that we do not need.
        let profile = [
            ("LTO", "off"),
            ("OPT_LEVEL", self.opt_level),
            ("CODEGEN_UNITS", "16"),
            ("DEBUG", "0"),
            ("STRIP", "true"),
        ];
        for (key, value) in profile {
            cargo.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
        }
        run_quiet(&mut cargo).with_context(|| {
            format!(
                "cannot install {0}: try `cargo install {0} --version {1}`",
                self.package, self.version
            )
        })
    }
}
