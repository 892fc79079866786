//! Serves the site on this machine only, with the server that the browser tests use, from the moment
//! that the CPU's file is there; builds the rest behind it, and what changes in www/ and src/.

mod watch;

use crate::build::{self, Site, Which, dist, lay_page};
use crate::progress::{self, line};
use crate::setup::{self, Wasm, npm};
use anyhow::{Context, Result, anyhow, bail};
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use watch::Watch;

/// The time between two looks at the files.
const PERIOD: Duration = Duration::from_millis(500);

/// Builds the site and serves it until the process ends.
pub fn serve(port: u16) -> Result<()> {
    let start = Instant::now();
    require_free(port)?;
    let wasm = Arc::new(setup::for_builds()?);
    let site = Site::new(&wasm, build::site(), Which::All)?;
    site.first()?;
    site.lay()?;
    // Pages of one's own, which use the API, are put there.
    fs::create_dir_all(dist())?;
    let mut server = Server::start(&[&build::site(), &dist()], port)?;
    let ready = progress::seconds(start.elapsed());
    line(&format!(
        "\nvitpad is at {} (after {ready}); Ctrl+C stops it",
        server.address
    ));
    match site.missing()?.as_slice() {
        [] => {}
        missing => line(&format!(
            "The page works already, on the CPU. Still to be compiled, and used from the next load or \
             choice of device on: {}\n",
            missing.join(", ")
        )),
    }
    drop(site);
    // It goes on until the process ends.
    thread::spawn(move || keep_building(&wasm));
    serve_www(&mut server)
}

/// Serves `folder` as it is until the process ends.
pub fn serve_as_is(folder: &Path, port: u16) -> Result<()> {
    require_free(port)?;
    if !folder.join("index.html").exists() {
        bail!(
            "{} holds no page: run `cargo xtask build`",
            folder.display()
        );
    }
    npm::ensure(&npm::tests())?;
    let mut server = Server::start(&[folder], port)?;
    line(&format!("vitpad is at {}; Ctrl+C stops it", server.address));
    let status = server.child.wait()?;
    bail!("the server has ended with {status}")
}

/// Fails early where the port is taken, before minutes of building.
fn require_free(port: u16) -> Result<()> {
    let listening = TcpListener::bind(("127.0.0.1", port));
    listening.map(drop).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!("port {port} is taken: stop what listens there, or pick another with --port")
        }
        _ => anyhow!("cannot listen on 127.0.0.1:{port}: {error}"),
    })
}

/// Builds whatever is not up to date, and again when the sources have changed.
fn keep_building(wasm: &Wasm) {
    let mut sources = Watch::of_sources();
    let mut is_first = true;
    loop {
        if is_first || sources.has_changed() {
            if let Err(error) = build_once(wasm, is_first) {
                line(&format!(
                    "error: {error:#}\nThe page keeps what it has; saving a file tries again."
                ));
            }
            is_first = false;
        }
        thread::sleep(PERIOD);
    }
}

fn build_once(wasm: &Wasm, is_first: bool) -> Result<()> {
    let start = Instant::now();
    let site = Site::new(wasm, build::site(), Which::All)?;
    let missing = site.missing()?.len();
    if !is_first && missing > 0 {
        line("src/ has changed: compiling it");
    }
    site.lay()?;
    let unchanged = site.complete(&|name| {
        let time = progress::seconds(start.elapsed());
        line(&format!(
            "{name} is there (after {time}), for pages loaded from now on"
        ));
    })?;
    if unchanged && missing > 0 {
        let time = progress::seconds(start.elapsed());
        line(&format!("all files are there (after {time} more)"));
    }
    Ok(())
}

/// Brings what changes in www/ to the site until the server ends.
fn serve_www(server: &mut Server) -> Result<()> {
    let mut www = Watch::of_page();
    loop {
        if let Some(status) = server.child.try_wait()? {
            bail!("the server has ended with {status}");
        }
        if www.has_changed() {
            match lay_page(&build::site()) {
                Ok(changed) => {
                    for file in changed {
                        line(&format!("{} has changed: reload the page", file.display()));
                    }
                }
                Err(error) => line(&format!("error: {error:#}")),
            }
        }
        thread::sleep(PERIOD);
    }
}

/// The server's process, which ends with this one.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// What is missing in the first folder is served from the next.
    fn start(folders: &[&Path], port: u16) -> Result<Server> {
        let mut node = Command::new("node");
        node.current_dir(npm::tests())
            .arg("e2e/server.js")
            .env("DIST", env::join_paths(folders)?)
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = node.spawn().context("cannot start `node`")?;
        let mut address = String::new();
        if let Some(stdout) = child.stdout.take() {
            // It prints where it listens once it does.
            BufReader::new(stdout).read_line(&mut address)?;
        }
        if address.is_empty() {
            bail!("the server has ended with {}", child.wait()?);
        }
        let address = address.trim().to_owned();
        Ok(Server { child, address })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_says_what_to_do() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = require_free(port).unwrap_err().to_string();
        assert!(error.contains("--port"), "{error}");
    }
}
