//! The tests of the pages in Firefox and WebKit, those of them that are there.

use super::{Machine, npm_script};
use crate::process::run;
use crate::progress::{line, step};
use crate::setup::engines::{self, ENGINES};
use anyhow::Result;

pub fn test(machine: &Machine) -> Result<()> {
    step("Firefox and WebKitGTK", |_| engines::ensure())?;
    let mut tests = npm_script(machine, "engines");
    let mut found = false;
    for engine in &ENGINES {
        match engine.find() {
            Some(program) => {
                tests.env(engine.variable, program);
                found = true;
            }
            None => {
                tests.env_remove(engine.variable);
                let (name, advice) = (engine.name, engine.advice());
                line(&format!("    skipped: {name} is not installed: {advice}"));
            }
        }
    }
    if found { run(&mut tests) } else { Ok(()) }
}
