use super::*;
use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use tiny_http::{Response, Server};

const CONTENT: &[u8] = b"not quite MNIST";
const FILE: DataFile = DataFile {
    name: "digits-idx3-ubyte",
    sha256: "61a50db810b5de950a1271f0a025e9db40df9f36461af5fed6a0bdb46961392a",
};

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A mirror that answers every request with one status and body.
fn mirror(status: u16, body: Vec<u8>) -> String {
    let server = Server::http("127.0.0.1:0").unwrap();
    let address = server.server_addr();
    std::thread::spawn(move || {
        while let Ok(request) = server.recv() {
            let response = Response::from_data(body.clone()).with_status_code(status);
            let _ = request.respond(response);
        }
    });
    format!("http://{address}/mnist/")
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("vitpad-mnist-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn fetch_from(mirrors: &[String], folder: &Path) -> Result<Vec<u8>> {
    fetch(&[FILE], &Source::Mirrors(mirrors), folder)?;
    Ok(fs::read(folder.join(FILE.name))?)
}

#[test]
fn downloads_unpacks_and_keeps_a_good_file() {
    let folder = folder("good");
    assert_eq!(
        fetch_from(&[mirror(200, packed(CONTENT))], &folder).unwrap(),
        CONTENT
    );
    // Already there: no mirror is asked.
    assert_eq!(fetch_from(&[], &folder).unwrap(), CONTENT);
}

#[test]
fn the_second_mirror_helps_where_the_first_fails() {
    for (name, status, body) in [
        ("absent", 404, b"no such file".to_vec()),
        ("corrupt", 200, packed(b"something else")),
        ("not-gzip", 200, b"<html>please log in</html>".to_vec()),
        ("cut-off", 200, packed(CONTENT)[..20].to_vec()),
    ] {
        let mirrors = [mirror(status, body), mirror(200, packed(CONTENT))];
        assert_eq!(
            fetch_from(&mirrors, &folder(name)).unwrap(),
            CONTENT,
            "{name}"
        );
    }
}

#[test]
fn says_why_each_mirror_failed_and_leaves_no_file() {
    let folder = folder("bad");
    let mirrors = [
        mirror(404, Vec::new()),
        mirror(200, packed(b"something else")),
    ];
    let error = fetch_from(&mirrors, &folder).unwrap_err().to_string();
    for part in ["404", "SHA-256", "MNIST_DIR", &mirrors[0], &mirrors[1]] {
        assert!(error.contains(part), "{part} is not in: {error}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn replaces_a_damaged_file() {
    let folder = folder("damaged");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(FILE.name), "half").unwrap();
    assert_eq!(
        fetch_from(&[mirror(200, packed(CONTENT))], &folder).unwrap(),
        CONTENT
    );
}

#[test]
fn takes_packed_and_unpacked_files_from_a_folder() {
    for (name, bytes) in [
        (FILE.name.to_owned(), CONTENT.to_vec()),
        (format!("{}.gz", FILE.name), packed(CONTENT)),
    ] {
        let (from, to) = (
            folder(&format!("from-{name}")),
            folder(&format!("to-{name}")),
        );
        fs::create_dir_all(&from).unwrap();
        fs::write(from.join(name), bytes).unwrap();
        fetch(&[FILE], &Source::Folder(&from), &to).unwrap();
        assert_eq!(fs::read(to.join(FILE.name)).unwrap(), CONTENT);
    }
}

#[test]
fn names_the_file_that_a_folder_lacks() {
    let from = folder("empty");
    let error = fetch(&[FILE], &Source::Folder(&from), &folder("unfilled")).unwrap_err();
    assert!(
        error.to_string().contains("digits-idx3-ubyte.gz"),
        "{error}"
    );
}
