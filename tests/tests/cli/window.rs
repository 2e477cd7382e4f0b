//! The window itself, on a screen in memory: Xvfb shows it, and xdotool presses its keys.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{
    program::{Desk, text},
    trouble::signal,
};

/// A software rasteriser needs long to compile its kernels.
const PATIENCE: Duration = Duration::from_secs(120);

/// Centres of the export menu and of its CSV entry, in pixels.
const TAKE_AWAY: (u32, u32) = (326, 26);
const CSV: (u32, u32) = (340, 138);

/// A screen in memory that ends on drop.
struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    /// Starts a screen. Prints a line and returns `None` if the tools are missing.
    fn new() -> Option<Self> {
        for tool in ["Xvfb", "xdotool", "import"] {
            if Command::new(tool).arg("-version").output().is_err() {
                println!("skipped: no {tool}");
                return None;
            }
        }
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x860x24"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let mut number = String::new();
        BufReader::new(server.stdout.take().expect("its output"))
            .read_line(&mut number)
            .expect("the display's number");
        Some(Self {
            server,
            display: format!(":{}", number.trim()),
        })
    }

    fn tool(&self, words: &[&str]) -> Vec<u8> {
        let output = Command::new(words[0])
            .args(&words[1..])
            .env("DISPLAY", &self.display)
            .output()
            .expect("the tool starts");
        assert!(output.status.success(), "{words:?}: {output:?}");
        output.stdout
    }

    /// Presses a key in the window, which has no focus without a window manager.
    fn press(&self, key: &str) {
        let found = self.tool(&["xdotool", "search", "--name", "Tightrope"]);
        let window = String::from_utf8(found).expect("a number");
        let window = window.lines().next().expect("the window").to_owned();
        self.tool(&["xdotool", "windowfocus", "--sync", &window]);
        self.tool(&["xdotool", "key", key]);
    }

    fn click(&self, (x, y): (u32, u32)) {
        let (x, y) = (x.to_string(), y.to_string());
        self.tool(&["xdotool", "mousemove", &x, &y]);
        // The pointer must rest on a place before it clicks there.
        sleep(Duration::from_millis(500));
        self.tool(&["xdotool", "click", "1"]);
    }

    /// Pixels around a place, once they have stopped changing.
    fn still(&self, (x, y): (u32, u32)) -> image::RgbImage {
        let around =
            || image::imageops::crop_imm(&self.picture(), x - 40, y - 8, 80, 16).to_image();
        let mut last = around();
        wait_for("a picture that stays", || {
            sleep(Duration::from_millis(300));
            let next = around();
            let stays = next == last;
            last = next;
            stays
        });
        last
    }

    fn picture(&self) -> image::RgbImage {
        let png = self.tool(&["import", "-window", "root", "png:-"]);
        image::load_from_memory(&png)
            .expect("a picture")
            .into_rgb8()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // The server may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(
            start.elapsed() < PATIENCE,
            "{what}: not within {PATIENCE:?}"
        );
        sleep(Duration::from_millis(100));
    }
}

fn lines(desk: &Desk) -> usize {
    let stats = |run: &Path| std::fs::read_to_string(run.join("stats.jsonl")).unwrap_or_default();
    desk.runs()
        .iter()
        .map(|run| stats(run).lines().count())
        .sum()
}

fn pixels_of(picture: &image::RgbImage, colour: [u8; 3]) -> usize {
    picture.pixels().filter(|pixel| pixel.0 == colour).count()
}

#[test]
fn the_first_start_trains_pauses_and_saves_before_it_closes() {
    let Some(screen) = Screen::new() else {
        return;
    };
    let desk = Desk::new();
    let mut window = desk.on_screen("window --device cpu", &screen.display);

    wait_for("two runs that train", || lines(&desk) > 20);
    wait_for("generated points on screen", || {
        pixels_of(&screen.picture(), [0xCC, 0x79, 0xA7]) > 100
    });

    screen.press("space");
    // Work in progress at the key press still writes its results.
    sleep(Duration::from_secs(2));
    let paused = lines(&desk);
    sleep(Duration::from_secs(1));
    assert_eq!(lines(&desk), paused, "it trains on while paused");

    let late = screen.picture();
    screen.press("Home");
    wait_for("the first moment, before any training", || {
        screen.picture() != late
    });

    // The dialog opens with a comparison that is ready to start.
    screen.press("n");
    sleep(Duration::from_secs(2));
    screen.press("Return");
    wait_for("a comparison", || desk.runs().len() == 4);

    // Without training the picture stands still: once that place looks different, the menu is open.
    screen.press("space");
    let before = screen.still(CSV);
    screen.click(TAKE_AWAY);
    wait_for("a menu", || screen.still(CSV) != before);
    screen.click(CSV);
    let away = desk.file("runs/take-away");
    wait_for("a file taken away", || {
        let files = std::fs::read_dir(&away).into_iter().flatten();
        files.flatten().any(|file| {
            let csv = std::fs::read_to_string(file.path()).unwrap_or_default();
            csv.starts_with("run,") && csv.lines().count() > 20
        })
    });

    signal(&window, "INT");
    wait_for("the end", || {
        window.try_wait().expect("its state").is_some()
    });
    assert!(window.wait().expect("its end").success());
    let mut runs = desk.runs();
    runs.retain(|folder| folder.join("config.json").exists());
    assert_eq!(runs.len(), 4);
    for run in runs {
        assert!(text(&run.join("events.jsonl")).contains("\"stopped\""));
        assert!(
            std::fs::read_dir(run.join("checkpoints"))
                .expect("checkpoints")
                .count()
                > 0
        );
    }
}
