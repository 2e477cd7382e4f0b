//! Serves `web/dist` to this machine.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::dist;

/// Clients answered at a time; a browser asks with six connections.
const CLIENTS: usize = 64;
/// Longest request that is read, in bytes.
const REQUEST: usize = 16 << 10;
/// Longest time for a request to arrive, and for a part of the answer to leave.
const PATIENCE: Duration = Duration::from_secs(10);

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
    let page = Arc::new(dist);
    for stream in listener.incoming() {
        // Beyond that number a client is sent away by closing its connection.
        if Arc::strong_count(&page) <= CLIENTS {
            let page = page.clone();
            // A browser that goes away in the middle is nobody's trouble.
            thread::spawn(move || drop(stream.map(|stream| answer(stream, &page))));
        }
    }
    Ok(())
}

/// Reads a request up to the empty line behind its headers, within bounds of length and time.
fn request(stream: &mut TcpStream, patience: Duration) -> Result<String> {
    let end = Instant::now() + patience;
    let (mut bytes, mut more) = (Vec::new(), [0; 1024]);
    while !bytes.windows(4).any(|four| four == b"\r\n\r\n") {
        ensure!(bytes.len() < REQUEST, "the request is too long");
        let left = end.saturating_duration_since(Instant::now());
        // The system refuses to wait for no time at all.
        stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        match stream.read(&mut more)? {
            0 => bail!("the request ends early"),
            read => bytes.extend(&more[..read]),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn answer(mut stream: TcpStream, dist: &Path) -> Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = request(&mut stream, PATIENCE)?;
    let packs = request.lines().any(|line| {
        let line = line.to_lowercase();
        line.starts_with("accept-encoding:") && line.contains("br")
    });
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

    /// Reads a request from a client that sends these parts, and then nothing.
    fn sent(parts: &[&[u8]], patience: Duration) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        thread::scope(|scope| {
            scope.spawn(move || {
                for part in parts {
                    // The other side may have given up.
                    if client.write_all(part).is_err() {
                        return;
                    }
                    thread::sleep(Duration::from_millis(20));
                }
                thread::sleep(2 * patience.min(Duration::from_millis(200)));
            });
            let outcome = request(&mut stream, patience);
            // A client that is still sending waits for nobody then.
            drop(stream);
            outcome
        })
    }

    #[test]
    fn a_request_comes_whole_in_time_or_not_at_all() {
        let long = Duration::from_secs(30);
        let parts: [&[u8]; 3] = [b"GET / HT", b"TP/1.1\r\nHost: x\r\n\r", b"\n"];
        assert!(
            sent(&parts, long)
                .unwrap()
                .starts_with("GET / HTTP/1.1\r\n")
        );
        let endless = vec![b'a'; 1 << 20];
        let why = sent(&[&endless], long).unwrap_err().to_string();
        assert_eq!(why, "the request is too long");
        let slow = [&b"GET / HTTP/1.1"[..]; 9];
        assert!(sent(&slow, Duration::from_millis(100)).is_err());
    }

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
