//! Serves `web/dist` to this machine.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    thread,
};

use anyhow::{Context, Result, ensure};

use crate::dist;

/// Serves until it is interrupted.
pub fn serve(port: &str) -> Result<()> {
    let dist = dist();
    ensure!(
        dist.join("index.html").is_file(),
        "there is no page yet; `cargo web build` makes it"
    );
    let port: u16 = port
        .parse()
        .with_context(|| format!("'{port}' is no port"))?;
    let listener = TcpListener::bind(("127.0.0.1", port))
        .with_context(|| format!("port {port} is taken; name another one"))?;
    println!("http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let dist = dist.clone();
        // A browser that goes away in the middle is nobody's trouble.
        thread::spawn(move || drop(stream.map(|stream| answer(stream, &dist))));
    }
    Ok(())
}

fn answer(mut stream: TcpStream, dist: &Path) -> Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let mut packs = false;
    for line in lines {
        let line = line?.to_lowercase();
        if line.is_empty() {
            break;
        }
        packs |= line.starts_with("accept-encoding:") && line.contains("br");
    }
    let asked = request.split(' ').nth(1).unwrap_or("/");
    let asked = asked.split(['?', '#']).next().unwrap_or("/");
    let Some((file, kind)) = find(dist, asked) else {
        write!(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )?;
        return Ok(());
    };
    let packed = PathBuf::from(format!("{}.br", file.display()));
    let (file, encoding) = match packs && packed.is_file() {
        true => (packed, "Content-Encoding: br\r\n"),
        false => (file, ""),
    };
    let bytes = fs::read(file)?;
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{encoding}Content-Length: {}\r\nCache-Control: no-cache\r\n\
         Connection: close\r\n\r\n",
        bytes.len()
    )?;
    Ok(stream.write_all(&bytes)?)
}

/// The file that is asked for, and its type; nothing outside the page.
fn find(dist: &Path, asked: &str) -> Option<(PathBuf, &'static str)> {
    let asked = match asked.trim_start_matches('/') {
        "" => "index.html",
        asked => asked,
    };
    let inside = |part| matches!(part, Component::Normal(_));
    let file = dist.join(asked);
    if !Path::new(asked).components().all(inside) || !file.is_file() {
        return None;
    }
    let kind = match file.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript",
        "css" => "text/css",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    };
    Some((file, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_is_served() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        let found = |asked| find(dir, asked).map(|(_, kind)| kind);
        assert_eq!(found("/Cargo.toml"), Some("application/octet-stream"));
        for outside in ["/../page/index.html", "//etc/passwd/", "/none.js", "/"] {
            assert_eq!(found(outside), None, "{outside}");
        }
    }
}
