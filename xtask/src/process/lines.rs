//! The output of a child process, line by line, and what cargo's progress bar says.

use super::{cannot_start, shown};
use crate::progress::{self, Step};
use anyhow::{Context, Result, bail};
use std::io::{BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;

/// The part of a command's output that is printed, besides cargo's bar, which goes to the step.
#[derive(Clone, Copy, PartialEq)]
pub enum Shows {
    Everything,
    /// All but cargo's list of crates.
    Trouble,
}

/// Cargo draws its bar for a terminal only, unless it is told to, and how wide.
const CARGO_BAR: [(&str, &str); 2] = [
    ("CARGO_TERM_PROGRESS_WHEN", "always"),
    ("CARGO_TERM_PROGRESS_WIDTH", "120"),
];

/// Runs a command and passes its output on line by line, so that it can share the terminal with
/// the progress of other steps.
pub fn watch(command: &mut Command, step: &Step, shows: Shows) -> Result<()> {
    let mut child = command
        .envs(CARGO_BAR)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        if let Some(pipe) = stdout {
            scope.spawn(|| each_line(pipe, |line| show(line, step, shows)));
        }
        if let Some(pipe) = stderr {
            each_line(pipe, |line| show(line, step, shows));
        }
    });
    let status = child.wait().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

fn show(line: &str, step: &Step, shows: Shows) {
    if let Some((done, all, crates)) = cargo_bar(line) {
        step.compiling(done, all, crates);
    } else if shows == Shows::Everything || !is_cargo_chatter(line) {
        progress::line(line);
    }
}

/// Calls `each` with every line, where cargo's bar ends lines by a carriage return.
fn each_line(pipe: impl Read, mut each: impl FnMut(&str)) {
    let mut line = Vec::new();
    for byte in BufReader::new(pipe).bytes() {
        match byte {
            Ok(b'\n' | b'\r') => {
                let text = String::from_utf8_lossy(&line);
                if !text.trim().is_empty() {
                    each(text.trim_end());
                }
                line.clear();
            }
            Ok(byte) => line.push(byte),
            Err(_) => break,
        }
    }
    if !line.is_empty() {
        each(&String::from_utf8_lossy(&line));
    }
}

/// Reads `Building [====>   ] 34/215: burn-flex, serde`.
fn cargo_bar(line: &str) -> Option<(u32, u32, &str)> {
    let (_, rest) = line.split_once("Building [")?;
    let (counts, crates) = match rest.split_once("] ")?.1.split_once(": ") {
        Some((counts, crates)) => (counts, crates),
        None => (rest.split_once("] ")?.1, ""),
    };
    let (done, all) = counts.trim().split_once('/')?;
    Some((done.parse().ok()?, all.parse().ok()?, crates))
}

/// Whether a line only says that all goes well, or is about the code of others.
fn is_cargo_chatter(line: &str) -> bool {
    const OF_INSTALLING: [&str; 3] = [
        "warning: be sure to add",
        "warning: the following packages contain code that will be rejected",
        "note: to see what the problems were",
    ];
    if OF_INSTALLING.iter().any(|start| line.starts_with(start)) {
        return true;
    }
    let first = line
        .trim_start_matches("\u{1b}[K")
        .split_whitespace()
        .next();
    matches!(
        first,
        Some(
            "Compiling"
                | "Checking"
                | "Finished"
                | "Fresh"
                | "Downloading"
                | "Downloaded"
                | "Updating"
                | "Locking"
                | "Adding"
                | "Installing"
                | "Installed"
                | "Replacing"
                | "Replaced"
                | "Blocking"
                | "Fetch"
                | "Building"
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_far_cargo_is() {
        for (line, read) in [
            (
                "    Building [=====>     ] 34/215: burn-flex, serde(build.rs)",
                Some((34, 215, "burn-flex, serde(build.rs)")),
            ),
            ("\u{1b}[K    Building [===>] 3/9", Some((3, 9, ""))),
            ("   Compiling burn-flex v0.22.1", None),
            ("warning: Building [ is no bar", None),
        ] {
            assert_eq!(cargo_bar(line), read, "{line}");
        }
    }

    #[test]
    fn warnings_and_errors_are_no_chatter() {
        assert!(is_cargo_chatter("   Compiling serde v1.0.229"));
        assert!(is_cargo_chatter("\u{1b}[K   Compiling serde v1.0.229"));
        assert!(!is_cargo_chatter(
            "error[E0425]: cannot find value `x` in this scope"
        ));
        assert!(!is_cargo_chatter("warning: unused variable: `x`"));
    }

    #[test]
    fn carriage_returns_end_lines_too() {
        let mut lines = Vec::new();
        each_line(&b"one\rtwo\n\nthree"[..], |line| {
            lines.push(line.to_owned())
        });
        assert_eq!(lines, ["one", "two", "three"]);
    }
}
