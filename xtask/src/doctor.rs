//! A list of what is there, what is missing, and how to get it.

use crate::build::links::{self, WasmFile};
use crate::process::{on_path, output, version_of};
use crate::setup::engines::ENGINES;
use crate::setup::{apt, browser, debian_std, npm, toolchain, tools};
use crate::{build, estimates, mnist, progress};
use anyhow::Result;
use std::process::Command;

struct Finding {
    what: String,
    found: Option<String>,
    /// The way to get it.
    advice: String,
}

pub fn doctor() -> Result<()> {
    let mut findings = vec![rust(), c_compiler(), wasm_std(), node()];
    for tool in tools::build_tools()?.into_iter().chain(tools::test_tools()) {
        let folder = tool.find()?;
        findings.push(Finding {
            what: format!("{} {}", tool.package, tool.version),
            found: folder.map(|folder| folder.display().to_string()),
            advice: "set up by the first build or test, in some minutes".to_owned(),
        });
    }
    findings.extend(npm_packages());
    findings.extend(browsers());
    findings.extend(engines());
    findings.extend(data());

    println!("{:<26} found, or how to get it", "what");
    for Finding {
        what,
        found,
        advice,
    } in &findings
    {
        let (sign, text) = match found {
            Some(found) => ("ok", found),
            None => ("--", advice),
        };
        println!("{what:<26} {sign}  {text}");
    }
    print_times()
}

/// The time that what is still to be built takes, in all.
fn print_times() -> Result<()> {
    let files = links::wasm_files()?;
    let built = |file: &&WasmFile| build::site().join(file.binary()).exists();
    let missing: Vec<_> = files.iter().filter(|file| !built(file)).collect();
    let tools = tools::build_tools()?;
    let mut first: Vec<_> = Vec::new();
    for tool in &tools {
        if tool.find()?.is_none() {
            first.push(tool.package.to_owned());
        }
    }
    first.extend(
        missing
            .iter()
            .map(|file| file.name.clone())
            .filter(|name| *name == files[0].name),
    );
    let others = missing
        .iter()
        .map(|file| file.name.clone())
        .filter(|name| *name != files[0].name);
    let optimising = missing.iter().map(|file| format!("wasm-opt {}", file.name));
    let page = estimates::sum(&first);
    let rest = estimates::sum(&others.chain(optimising).collect::<Vec<_>>());
    println!();
    match missing.is_empty() {
        true => println!(
            "all is built: `cargo xtask serve` is there in seconds, unless src/ has changed"
        ),
        false => println!(
            "on this machine `cargo xtask serve` has a page in about {}, and all of it in about {}",
            progress::minutes(page),
            progress::minutes(page + rest)
        ),
    }
    Ok(())
}

fn rust() -> Finding {
    let version = output(Command::new("rustc").arg("--version")).ok();
    Finding {
        what: "Rust".to_owned(),
        found: version.map(|text| text.trim().to_owned()),
        advice: "https://rustup.rs".to_owned(),
    }
}

fn c_compiler() -> Finding {
    Finding {
        what: "C compiler".to_owned(),
        found: ["cc", "gcc", "clang"]
            .into_iter()
            .find_map(on_path)
            .map(|file| file.display().to_string()),
        advice: "`apt-get install gcc`, or Xcode's command line tools".to_owned(),
    }
}

fn wasm_std() -> Finding {
    let found = toolchain::find().map(|found| match found.toolchain {
        Some(name) => format!("toolchain `{name}`, {}", found.library.display()),
        None => found.library.display().to_string(),
    });
    let advice = match debian_std::possible() {
        true => "set up by the first build or test",
        false => toolchain::ADVICE,
    };
    Finding {
        what: toolchain::TARGET.to_owned(),
        found,
        advice: advice.to_owned(),
    }
}

fn node() -> Finding {
    let version = on_path("node").and_then(|node| version_of(&node));
    Finding {
        what: "Node.js 20 or newer".to_owned(),
        found: version.filter(|version| npm::major(version) >= 20),
        advice: "https://nodejs.org or your distribution's package".to_owned(),
    }
}

fn npm_packages() -> [Finding; 2] {
    [
        ("npm packages", npm::tests(), "tests", "build or test"),
        (
            "npm packages (for bench)",
            npm::bench(),
            "tests/bench",
            "`cargo xtask bench`",
        ),
    ]
    .map(|(what, folder, name, command)| Finding {
        what: what.to_owned(),
        found: npm::ready(&folder).then(|| format!("{name}/node_modules, up to date")),
        advice: format!("set up by the first {command} (`npm ci` in {name}/)"),
    })
}

fn browsers() -> [Finding; 2] {
    let advice = match apt::possible() {
        true => "set up by the first test",
        false => browser::ADVICE,
    };
    [
        ("Chromium", browser::chromium()),
        ("chromedriver", browser::driver()),
    ]
    .map(|(what, file)| Finding {
        what: format!("{what} (for tests)"),
        found: file.map(|file| {
            format!(
                "{} {}",
                file.display(),
                version_of(&file).unwrap_or_default()
            )
        }),
        advice: advice.to_owned(),
    })
}

fn engines() -> [Finding; 2] {
    ENGINES.map(|engine| Finding {
        what: format!("{} (for tests)", engine.name),
        found: engine.find().map(|file| file.display().to_string()),
        advice: engine.advice(),
    })
}

fn data() -> [Finding; 2] {
    let folder = mnist::present().then(|| mnist::folder().display().to_string());
    let given = std::env::var("MNIST_DIR").ok();
    [
        Finding {
            what: "MNIST (for the page)".to_owned(),
            found: folder.clone(),
            advice: "`cargo xtask mnist`, then build or serve".to_owned(),
        },
        Finding {
            what: "MNIST (for examples)".to_owned(),
            found: given.or(folder),
            advice: "`cargo xtask mnist`, or name its folder in MNIST_DIR".to_owned(),
        },
    ]
}
