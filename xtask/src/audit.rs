//! `cargo xtask audit`: whether the crates and npm packages that others wrote are known to be unsafe,
//! come from where they should, and may be used. `.cargo/deny.toml` has the rules for crates.

use crate::notices;
use crate::process;
use crate::progress::step;
use crate::project::root;
use crate::setup::{npm, tools};
use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

enum Outcome {
    Passed,
    Failed(anyhow::Error),
    /// Nothing was checked, and why.
    Skipped(String),
}

/// Runs all checks, also after one has failed.
pub fn audit() -> Result<()> {
    let mut outcomes = vec![("notices", passed(notices::check()))];
    match cargo_deny() {
        Ok(cargo_deny) => {
            outcomes.push(("licences and sources of crates", rules(&cargo_deny)));
            outcomes.push(("advisories on crates", advisories(&cargo_deny)));
        }
        Err(error) => outcomes.push(("crates", Outcome::Failed(error))),
    }
    outcomes.push(("advisories on npm packages", npm_audit()));
    report(&outcomes)
}

fn passed(result: Result<()>) -> Outcome {
    result.map_or_else(Outcome::Failed, |()| Outcome::Passed)
}

/// The path of cargo-deny, which is installed where it is missing.
fn cargo_deny() -> Result<PathBuf> {
    let tool = tools::audit_tool();
    tools::ensure(std::slice::from_ref(&tool), tools::Priority::Normal)?;
    let folder = tool.find()?.context("cargo-deny was not found")?;
    Ok(folder.join(tool.program))
}

fn rules(cargo_deny: &Path) -> Outcome {
    let checks = [
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ];
    passed(step("cargo-deny's rules", |step| {
        process::run_in(step, deny(cargo_deny).args(checks))
    }))
}

/// Fetches the database first: without it nothing is known, which is no failure.
fn advisories(cargo_deny: &Path) -> Outcome {
    if let Err(error) = process::output(deny(cargo_deny).args(["fetch", "db"])) {
        let text = error.to_string();
        let mut lines = text.lines().map(str::trim);
        let why = lines.rfind(|line| !line.is_empty()).unwrap_or_default();
        return Outcome::Skipped(format!("the advisory database can't be reached: {why}"));
    }
    let check = ["check", "advisories"];
    passed(step("cargo-deny's advisories", |step| {
        process::run_in(step, deny(cargo_deny).args(check))
    }))
}

fn deny(cargo_deny: &Path) -> Command {
    let mut deny = Command::new(cargo_deny);
    deny.current_dir(root()).args(["--locked", "--workspace"]);
    deny
}

fn npm_audit() -> Outcome {
    let mut npm = Command::new("npm");
    npm.current_dir(npm::tests());
    npm.args(["audit", "--audit-level=high", "--json"]);
    match npm.output().context("cannot start npm") {
        Ok(output) => npm_report(&output.stdout, output.status.success()),
        Err(error) => Outcome::Failed(error),
    }
}

/// What npm's report comes to.
fn npm_report(json: &[u8], success: bool) -> Outcome {
    let report: Value = serde_json::from_slice(json).unwrap_or_default();
    let Some(packages) = report["vulnerabilities"].as_object() else {
        // Where the registry did not answer, its message or the network's is all there is.
        return match (
            report["message"].as_str(),
            report["error"]["summary"].as_str(),
        ) {
            (Some(why), _) => Outcome::Skipped(format!("the registry gave no answer: {why}")),
            (None, Some(why)) => Outcome::Failed(anyhow!("`npm audit`: {why}")),
            (None, None) => Outcome::Failed(anyhow!("`npm audit` gave no report")),
        };
    };
    if success {
        return Outcome::Passed;
    }
    let named = packages.iter().map(|(name, found)| {
        let text = |key: &str| found[key].as_str().unwrap_or_default();
        format!("{name} {} ({})", text("range"), text("severity"))
    });
    let named: Vec<_> = named.collect();
    Outcome::Failed(anyhow!("{}: see `npm audit` in tests/", named.join(", ")))
}

fn report(outcomes: &[(&str, Outcome)]) -> Result<()> {
    println!("\n{:<32} result", "audit of");
    for (name, outcome) in outcomes {
        match outcome {
            Outcome::Passed => println!("{name:<32} passed"),
            Outcome::Failed(error) => println!("{name:<32} FAILED: {error:#}"),
            Outcome::Skipped(why) => println!("{name:<32} skipped: {why}"),
        }
    }
    let failed = outcomes
        .iter()
        .filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
    match failed.count() {
        0 => Ok(()),
        count => bail!("{count} of {} audits failed", outcomes.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How npm's report is understood.
    fn told(json: &str, success: bool) -> String {
        match npm_report(json.as_bytes(), success) {
            Outcome::Passed => "passed".to_owned(),
            Outcome::Failed(error) => format!("failed: {error}"),
            Outcome::Skipped(why) => format!("skipped: {why}"),
        }
    }

    #[test]
    fn what_npm_could_not_ask_is_skipped_and_what_it_found_fails() {
        let nothing = r#"{"auditReportVersion": 2, "vulnerabilities": {}}"#;
        let found = r#"{"vulnerabilities": {"sirv": {"severity": "high", "range": "<4"}}}"#;
        let silent = r#"{"message": "405", "error": {"summary": "", "detail": ""}}"#;
        let no_lock = r#"{"error": {"code": "ENOLOCK", "summary": "no lock file"}}"#;
        for (json, success, expected) in [
            (nothing, true, "passed"),
            // A low one is no failure for npm, and none here.
            (found, true, "passed"),
            (
                found,
                false,
                "failed: sirv <4 (high): see `npm audit` in tests/",
            ),
            (silent, false, "skipped: the registry gave no answer: 405"),
            (no_lock, false, "failed: `npm audit`: no lock file"),
            ("", false, "failed: `npm audit` gave no report"),
        ] {
            assert_eq!(told(json, success), expected, "{json}");
        }
    }

    #[test]
    fn one_failure_fails_the_audit_and_what_is_skipped_does_not() {
        let skipped = || ("b", Outcome::Skipped("offline".to_owned()));
        assert!(report(&[("a", Outcome::Passed), skipped()]).is_ok());
        let error = report(&[("a", Outcome::Failed(anyhow!("bad"))), skipped()]).unwrap_err();
        assert_eq!(error.to_string(), "1 of 2 audits failed");
    }
}
