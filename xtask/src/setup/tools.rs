//! Command line tools of pinned versions: from PATH where they match, else installed once.

use crate::process::{executable_in, on_path, run_in, run_within, version_of};
use crate::progress::{self, Step, step};
use crate::{estimates, project};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The time that cargo-binstall may look around before compiling is the better way.
const PATIENCE: Duration = Duration::from_secs(90);

pub struct Tool {
    pub package: &'static str,
    pub program: &'static str,
    pub version: String,
    /// The opt-level it is compiled with: tools that do much work are worth some optimising.
    opt_level: &'static str,
}

pub fn build_tools() -> Result<Vec<Tool>> {
    let version = project::wasm_bindgen_version()?;
    Ok(vec![Tool {
        package: estimates::BINDGEN,
        program: "wasm-bindgen",
        version,
        opt_level: "1",
    }])
}

pub fn test_tools() -> Vec<Tool> {
    vec![Tool {
        package: estimates::WASM_PACK,
        program: "wasm-pack",
        version: project::WASM_PACK.to_owned(),
        opt_level: "0",
    }]
}

pub fn audit_tool() -> Tool {
    Tool {
        package: "cargo-deny",
        program: "cargo-deny",
        version: project::CARGO_DENY.to_owned(),
        opt_level: "0",
    }
}

/// Who has the cores first.
#[derive(Clone, Copy, PartialEq)]
pub enum Priority {
    /// The first page waits for a chain of single crates, beside which there is time for the tools.
    Low,
    /// Tests wait for everything.
    Normal,
}

/// Installs what is missing.
pub fn ensure(tools: &[Tool], priority: Priority) -> Result<()> {
    tools.iter().try_for_each(|tool| tool.ensure(priority))
}

/// The folders to put on PATH, whether the tools are in them yet or not.
pub fn folders(tools: &[Tool]) -> Result<Vec<PathBuf>> {
    tools
        .iter()
        .map(|tool| Ok(tool.find()?.unwrap_or(tool.home()?.join("bin"))))
        .collect()
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

    fn ensure(&self, priority: Priority) -> Result<()> {
        if self.find()?.is_some() {
            return Ok(());
        }
        step(self.package, |step| {
            if !self.download(step) {
                self.compile(step, priority)?;
            }
            match self.find()? {
                Some(_) => Ok(()),
                None => bail!(
                    "{} {} was installed but does not run",
                    self.package,
                    self.version
                ),
            }
        })
    }

    /// Asks cargo-binstall, where it is on PATH, for a program that somebody else compiled.
    fn download(&self, step: &Step) -> bool {
        let (Some(binstall), Ok(home)) = (on_path("cargo-binstall"), self.home()) else {
            return false;
        };
        step.doing("asking cargo-binstall for it");
        let fetched = self.fetch(&binstall, &home);
        if let Err(error) = &fetched {
            progress::line(&format!(
                "    {}: compiling it, since {error:#}",
                self.package
            ));
        }
        fetched.is_ok()
    }

    fn fetch(&self, binstall: &Path, home: &Path) -> Result<()> {
        let mut command = Command::new(binstall);
        command.args(["--no-confirm", "--force", "--disable-strategies", "compile"]);
        command.args(["--version", &format!("={}", self.version), "--root"]);
        run_within(PATIENCE, command.arg(home).arg(self.package))?;
        let file = executable_in(&home.join("bin"), self.program);
        match file.and_then(|file| version_of(&file)) {
            Some(version) if version == self.version => Ok(()),
            _ => bail!(
                "cargo-binstall left no {} {} that runs here",
                self.program,
                self.version
            ),
        }
    }

    /// Compiles the tool with the dependencies of its lock file, or newer ones where the package
    /// index does not have those.
    fn compile(&self, step: &Step, priority: Priority) -> Result<()> {
        if self.install(step, priority, &["--locked"]).is_ok() {
            return Ok(());
        }
        progress::line(&format!("    {}: trying without --locked", self.package));
        self.install(step, priority, &[]).with_context(|| {
            format!(
                "cannot install {0}: try `cargo install {0} --version {1}`",
                self.package, self.version
            )
        })
    }

    fn install(&self, step: &Step, priority: Priority, options: &[&str]) -> Result<()> {
        let tools = project::tools_dir()?;
        std::fs::create_dir_all(&tools)
            .with_context(|| format!("cannot create {}", tools.display()))?;
        let mut cargo = cargo_at(priority);
        // Outside the project, whose cargo settings are not meant for the tools.
        cargo
            .current_dir(&tools)
            .args(["install", self.package, "--force"])
            .args(options);
        cargo
            .arg(format!("--version=={}", self.version))
            .arg("--root")
            .arg(self.home()?);
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
        run_in(step, &mut cargo)
    }
}

/// Cargo, which leaves the cores to others if it is to, and where there is `nice`.
fn cargo_at(priority: Priority) -> Command {
    if priority == Priority::Normal || on_path("nice").is_none() {
        return Command::new("cargo");
    }
    let mut nice = Command::new("nice");
    nice.args(["-n", "10", "cargo"]);
    nice
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    const TOOL: Tool = Tool {
        package: "a-tool-cli",
        program: "a-tool",
        version: String::new(),
        opt_level: "0",
    };

    /// The result of asking a cargo-binstall that runs this script in a folder of this name.
    fn asked(name: &str, script: &str) -> Result<()> {
        let folder =
            std::env::temp_dir().join(format!("vitpad-tool-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("home/bin")).unwrap();
        let binstall = folder.join("cargo-binstall");
        fs::write(
            &binstall,
            format!("#!/bin/sh\nhome={}/home\n{script}\n", folder.display()),
        )
        .unwrap();
        fs::set_permissions(&binstall, fs::Permissions::from_mode(0o755)).unwrap();
        let tool = Tool {
            version: "1.2.3".to_owned(),
            ..TOOL
        };
        tool.fetch(&binstall, &folder.join("home"))
    }

    const INSTALL: &str =
        "printf '#!/bin/sh\\necho a-tool VERSION\\n' > $home/bin/a-tool; chmod +x $home/bin/a-tool";

    #[test]
    fn a_program_of_the_right_version_is_taken() {
        asked("right", &INSTALL.replace("VERSION", "1.2.3")).unwrap();
    }

    #[test]
    fn everything_else_is_a_reason_to_compile() {
        for (name, script, why) in [
            ("nothing", "echo no such file >&2; exit 1", "no such file"),
            ("empty", "exit 0", "left no a-tool 1.2.3"),
            (
                "other",
                &INSTALL.replace("VERSION", "1.2.2"),
                "left no a-tool 1.2.3",
            ),
        ] {
            let error = format!("{:#}", asked(name, script).unwrap_err());
            assert!(error.contains(why), "{error}");
        }
    }
}
