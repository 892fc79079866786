//! Serves dist/ on this machine only, with the server that the browser tests use.

use crate::process;
use crate::setup::npm;
use anyhow::{Result, anyhow, bail};
use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// Fails early where the port is taken, before minutes of building.
pub fn require_free(port: u16) -> Result<()> {
    let listening = TcpListener::bind(("127.0.0.1", port));
    listening.map(drop).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!("port {port} is taken: stop what listens there, or pick another with --port")
        }
        _ => anyhow!("cannot listen on 127.0.0.1:{port}: {error}"),
    })
}

/// Serves `folder` until the process ends.
pub fn serve(folder: &Path, port: u16) -> Result<()> {
    if !folder.join("index.html").exists() {
        bail!(
            "{} holds no page: run `cargo xtask build`",
            folder.display()
        );
    }
    npm::ensure(&npm::tests())?;
    let mut node = Command::new("node");
    node.current_dir(npm::tests())
        .arg("e2e/server.js")
        .env("DIST", folder)
        .env("PORT", port.to_string());
    process::succeed(&mut node)
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
