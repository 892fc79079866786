//! Child processes.

mod lines;

use crate::progress::{self, Step};
use anyhow::{Context, Result, bail};
use lines::Shows;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Shows and runs a command as a step of its own, with its output on the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    progress::line(&format!("    $ {shown}"));
    let name: Vec<_> = shown.split_whitespace().take(2).collect();
    progress::step(&name.join(" "), |step| {
        lines::watch(command, step, Shows::Everything)
    })
}

/// Runs a command whose progress `step` shows. Warnings and errors are printed as they come.
pub fn run_in(step: &Step, command: &mut Command) -> Result<()> {
    lines::watch(command, step, Shows::Trouble)
}

/// Runs a command, with its output wherever the command says.
pub fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command quietly; its output is part of the error if it fails.
pub fn run_quiet(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

/// Runs a command quietly and returns what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| cannot_start(command))?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    if !done.status.success() {
        let errors = String::from_utf8_lossy(&done.stderr);
        let last: Vec<_> = text.lines().chain(errors.lines()).collect();
        let tail = last[last.len().saturating_sub(20)..].join("\n  ");
        bail!("`{}` ended with {}:\n  {tail}", shown(command), done.status);
    }
    Ok(text)
}

/// Runs a command quietly, and ends it after `limit`.
pub fn run_within(limit: Duration, command: &mut Command) -> Result<()> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    let errors = child.stderr.take();
    let errors = thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut pipe) = errors {
            let _ = pipe.read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text).into_owned()
    });
    loop {
        if let Some(status) = child.try_wait()? {
            if status.success() {
                return Ok(());
            }
            let errors = errors.join().unwrap_or_default();
            let last = errors.lines().last().unwrap_or_default();
            bail!("`{}` ended with {status}: {last}", shown(command));
        }
        if start.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            bail!("`{}` took more than {} s", shown(command), limit.as_secs());
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Looks a program up on PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find_map(|folder| executable_in(&folder, program))
}

pub fn executable_in(folder: &Path, program: &str) -> Option<PathBuf> {
    let file = folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    file.is_file().then_some(file)
}

/// The first word of `program --version` that looks like a version.
pub fn version_of(program: &Path) -> Option<String> {
    let text = output(Command::new(program).arg("--version")).ok()?;
    version_in(&text).map(str::to_owned)
}

fn version_in(text: &str) -> Option<&str> {
    text.split_whitespace()
        .map(|word| word.strip_prefix('v').unwrap_or(word))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", command.get_program().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_as_programs_print_them() {
        for (printed, version) in [
            ("wasm-bindgen 0.2.130\n", Some("0.2.130")),
            ("trunk 0.21.14", Some("0.21.14")),
            ("v20.20.2", Some("20.20.2")),
            ("wasm-opt version 132 (version_132)", Some("132")),
            ("Chromium 156.0.1 built on Debian 12", Some("156.0.1")),
            ("no version here", None),
        ] {
            assert_eq!(version_in(printed), version, "{printed}");
        }
    }

    #[test]
    fn a_failed_command_shows_its_own_words() {
        let error = output(Command::new("cargo").arg("no-such-command")).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("`cargo no-such-command`"), "{text}");
        assert!(text.contains("no such command"), "{text}");
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let error = run_within(Duration::from_millis(200), Command::new("sleep").arg("60"));
        assert!(error.unwrap_err().to_string().contains("took more than"));
    }
}
