//! A static file server for dist/, on this machine only.

use anyhow::{Result, anyhow, bail};
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;
use tiny_http::{Header, Method, Request, Response, Server};

const THREADS: usize = 4;

/// Fails early where the port is taken, before minutes of building.
pub fn require_free(port: u16) -> Result<()> {
    listen(port).map(drop)
}

/// Serves `folder` until the process ends.
pub fn serve(folder: &Path, port: u16) -> Result<()> {
    if !folder.join("index.html").exists() {
        bail!(
            "{} holds no page: run `cargo xtask build`",
            folder.display()
        );
    }
    let server = listen(port)?;
    println!("http://127.0.0.1:{port}");
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| answer_all(&server, folder));
        }
    });
    Ok(())
}

fn listen(port: u16) -> Result<Server> {
    Server::http(("127.0.0.1", port)).map_err(|error| match error.downcast_ref::<io::Error>() {
        Some(cause) if cause.kind() == io::ErrorKind::AddrInUse => {
            anyhow!("port {port} is taken: stop what listens there, or pick another with --port")
        }
        _ => anyhow!("cannot listen on 127.0.0.1:{port}: {error}"),
    })
}

fn answer_all(server: &Server, folder: &Path) {
    while let Ok(request) = server.recv() {
        // A browser that goes away early is no error of ours.
        let _ = answer(request, folder);
    }
}

fn answer(request: Request, folder: &Path) -> io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::from_string("only GET and HEAD").with_status_code(405));
    }
    let Some(file) = local_file(folder, request.url()).filter(|file| file.is_file()) else {
        return request.respond(Response::from_string("not found").with_status_code(404));
    };
    let opened = File::open(&file)?;
    let etag = etag(&opened)?;
    let headers = [
        ("Content-Type", mime(&file)),
        ("ETag", etag.as_str()),
        // Ask each time: the answer is mostly 304.
        ("Cache-Control", "no-cache"),
    ];
    let headers = headers
        .iter()
        .filter_map(|(name, value)| Header::from_bytes(*name, *value).ok());
    if has_current(&request, &etag) {
        let mut response = Response::empty(304);
        headers.for_each(|header| response.add_header(header));
        return request.respond(response);
    }
    let mut response = Response::from_file(opened);
    headers.for_each(|header| response.add_header(header));
    request.respond(response)
}

fn has_current(request: &Request, etag: &str) -> bool {
    let mut headers = request.headers().iter();
    headers.any(|header| header.field.equiv("If-None-Match") && header.value.as_str() == etag)
}

/// The file that a URL names, or nothing where it would leave the folder.
fn local_file(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.trim_start_matches('/');
    let path = percent_decoded(path)?;
    let inside = Path::new(&path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return None;
    }
    let file = folder.join(&path);
    Some(if file.is_dir() {
        file.join("index.html")
    } else {
        file
    })
}

fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            plain => plain,
        };
        decoded.push(byte);
    }
    String::from_utf8(decoded).ok()
}

fn etag(file: &File) -> io::Result<String> {
    let data = file.metadata()?;
    let changed = data
        .modified()?
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Ok(format!("\"{:x}-{:x}\"", data.len(), changed.as_nanos()))
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("gz") => "application/gzip",
        Some("ico") => "image/x-icon",
        Some("ts" | "txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn urls_name_files_of_the_folder_only() {
        let folder = Path::new("/site");
        for (url, file) in [
            ("/app.js", Some("/site/app.js")),
            ("/draw/pad.js?x=1#top", Some("/site/draw/pad.js")),
            ("/a%20b.txt", Some("/site/a b.txt")),
            ("/../secret", None),
            ("/%2e%2e/secret", None),
            ("/draw/../../secret", None),
            ("/bad%zz", None),
        ] {
            assert_eq!(local_file(folder, url), file.map(PathBuf::from), "{url}");
        }
    }

    #[test]
    fn serves_files_with_their_type_and_answers_304_for_a_current_copy() {
        let folder = std::env::temp_dir().join(format!("vitpad-serve-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("index.html"), "page").unwrap();
        fs::write(folder.join("cpu_bg.wasm"), "\0asm").unwrap();
        let server = Server::http("127.0.0.1:0").unwrap();
        let port = server.server_addr().to_ip().unwrap().port();
        std::thread::spawn(move || answer_all(&server, &folder));

        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let url = |path: &str| format!("http://127.0.0.1:{port}{path}");
        let mut page = agent.get(url("/")).call().unwrap();
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        assert_eq!(page.body_mut().read_to_string().unwrap(), "page");

        let wasm = agent.get(url("/cpu_bg.wasm")).call().unwrap();
        assert_eq!(wasm.headers()["content-type"], "application/wasm");
        let etag = wasm.headers()["etag"].to_str().unwrap();
        let again = agent
            .get(url("/cpu_bg.wasm"))
            .header("If-None-Match", etag)
            .call()
            .unwrap();
        assert_eq!(again.status(), 304);
        assert_eq!(agent.get(url("/absent.js")).call().unwrap().status(), 404);
        assert_eq!(agent.post(url("/")).send_empty().unwrap().status(), 405);
    }

    #[test]
    fn types_go_by_the_last_extension() {
        for (file, expected) in [
            ("vendor/uplot.js", "text/javascript; charset=utf-8"),
            ("vendor/uplot.d.ts", "text/plain; charset=utf-8"),
            ("data/sets.json", "application/json"),
            // Unpacked by the page: served as it is, with no Content-Encoding.
            ("data/mnist/images.gz", "application/gzip"),
            (
                "data/mnist/train-images-idx3-ubyte",
                "application/octet-stream",
            ),
        ] {
            assert_eq!(mime(Path::new(file)), expected, "{file}");
        }
    }

    #[test]
    fn a_taken_port_says_what_to_do() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = require_free(port).unwrap_err().to_string();
        assert!(error.contains("--port"), "{error}");
    }
}
