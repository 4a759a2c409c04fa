//! The playground, served as its page says, in Chromium. The tests are in `playground/`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use host_tests::{clickhouse, goldens, skip};
use serde_json::Value;

/// Chromium without a window, fonts, and the libraries that a bare Debian has not.
const CHROMIUM: [&str; 54] = [
    "chromium-headless-shell",
    "chromium-common",
    "fontconfig-config",
    "fonts-dejavu-core",
    "fonts-liberation2",
    "libasound2",
    "libasyncns0",
    "libatk1.0-0",
    "libatspi2.0-0",
    "libbrotli1",
    "libbsd0",
    "libdav1d6",
    "libdbus-1-3",
    "libdouble-conversion3",
    "libdrm2",
    "libexpat1",
    "libflac12",
    "libfontconfig1",
    "libfreetype6",
    "libgbm1",
    "libglib2.0-0",
    "libgraphite2-3",
    "libharfbuzz-subset0",
    "libharfbuzz0b",
    "libjpeg62-turbo",
    "libminizip1",
    "libmp3lame0",
    "libmpg123-0",
    "libnspr4",
    "libnss3",
    "libogg0",
    "libopenh264-7",
    "libopus0",
    "libpng16-16",
    "libpulse0",
    "libsndfile1",
    "libsqlite3-0",
    "libvorbis0a",
    "libvorbisenc2",
    "libwayland-server0",
    "libx11-6",
    "libx11-xcb1",
    "libxau6",
    "libxcb1",
    "libxcomposite1",
    "libxdamage1",
    "libxdmcp6",
    "libxext6",
    "libxfixes3",
    "libxi6",
    "libxkbcommon0",
    "libxnvctrl0",
    "libxrandr2",
    "libxrender1",
];

/// The fonts of the packages, and no others, so that every machine has the same.
const FONTS: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
    <dir>FILES/usr/share/fonts</dir>
    <cachedir>FILES/cache</cachedir>
    <match target="pattern"><edit name="family" mode="append_last"><string>Liberation Sans</string></edit></match>
    <match target="pattern">
        <test name="family" compare="eq"><string>system-ui</string></test>
        <edit name="family" mode="assign" binding="strong"><string>Liberation Sans</string></edit>
    </match>
</fontconfig>
"#;

fn cache() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// The folder of the built page; each test has its own.
fn built(name: &str) -> PathBuf {
    let folder = cache().join("playground").join(name);
    let _ = fs::remove_dir_all(&folder);
    guests::playground::build(&folder, Path::new(env!("NPM"))).unwrap()
}

/// Node's test runner for files of `playground/`. They have the names of folders.
fn tests(files: &[&str], site: &Path) -> Command {
    let root = guests::root().canonicalize().unwrap();
    let source = root.join("host-tests/playground");
    let mut command = Command::new("node");
    command
        .arg("--test")
        .args(["--test-concurrency=1", "--test-timeout=300000"])
        .args(files.iter().map(|file| source.join(file)))
        .env("SITE", site)
        .env("PAGE", root.join("examples/playground"))
        .env("PACKAGE", env!("NPM"))
        .env("DAY", root.join("examples/data/day.ndjson"))
        .env("GOLDENS", goldens::folder().canonicalize().unwrap());
    command
}

fn succeed(mut command: Command) {
    let status = command.status().unwrap_or_else(|error| panic!("Node 20 or later: {error}"));
    assert!(status.success(), "{status}; the output is above");
}

#[test]
fn writes_configurations_that_the_hosts_take() {
    let site = built("unit");
    let native = guests::build_native(&guests::target(), "debug").unwrap();
    let literals = cache().join("playground/literals.json");
    let mut command = tests(&["unit.test.mjs"], &site);
    command
        .env("NATIVE", native)
        .env("DIST", Path::new(env!("FLUENT_BIT")).parent().unwrap())
        .env("LITERALS", &literals);
    succeed(command);

    // ClickHouse reads what is written for it.
    let literals: Value = serde_json::from_slice(&fs::read(literals).unwrap()).unwrap();
    let mut clickhouse = clickhouse::ClickHouse::in_folder("playground-clickhouse").unwrap();
    for literal in literals.as_array().unwrap() {
        let read = clickhouse.run(&format!("SELECT base64Encode({})", literal["literal"].as_str().unwrap())).unwrap();
        let config: Value = serde_json::from_slice(&BASE64_STANDARD.decode(read.trim_end()).unwrap()).unwrap();
        assert_eq!(config, literal["config"]);
    }
}

/// A server of files, started by the command of the page; any port will do.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn new(site: &Path) -> Self {
        let page = fs::read_to_string(guests::root().join("examples/playground/README.md")).unwrap();
        let (_, command) = page.split_once("```sh\n").unwrap();
        let (command, _) = command.split_once("\n```").unwrap();
        let command = command.replace("python3", "exec python3 -u").replace(" 8000", " 0");
        let mut bash = Command::new("bash");
        // `cargo guests` builds it into `dist/playground`.
        bash.args(["-euo", "pipefail", "-c", &command]).current_dir(site.ancestors().nth(2).unwrap());
        let mut process = bash.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let port = said.split_whitespace().skip_while(|word| *word != "port").nth(1);
        let port: u16 = port.unwrap_or_else(|| panic!("{said}")).parse().unwrap();
        Self { process, url: format!("http://127.0.0.1:{port}/") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn works_in_a_browser() {
    if env::var_os("LARGE_HOSTS").is_none() {
        skip(
            "the playground's browser",
            "LARGE_HOSTS=1 runs it, with 100 MB from Debian, or the one that CHROMIUM names",
        );
        return;
    }
    let site = built("dist");
    let server = Server::new(&site);
    let modules = tools::npm_packages(cache(), &guests::root().join("host-tests/playground")).unwrap();
    // Node looks for packages beside the scripts.
    let scripts = cache().join("playground/scripts");
    fs::create_dir_all(&scripts).unwrap();
    let source = guests::root().join("host-tests/playground");
    for file in ["browser.mjs", "page.test.mjs", "file.test.mjs"] {
        fs::copy(source.join(file), scripts.join(file)).unwrap();
    }
    let linked = scripts.join("node_modules");
    let _ = fs::remove_file(&linked);
    std::os::unix::fs::symlink(modules.join("node_modules"), &linked).unwrap();

    let mut command = tests(&[], &site);
    command.args(["page.test.mjs", "file.test.mjs"]).current_dir(&scripts);
    command
        .env("URL", &server.url)
        .env("SHOTS", cache().join("playground/screenshots"))
        .env("WORK", cache().join("playground/files"));
    if let Some(browser) = env::var_os("CHROMIUM") {
        command.env("BROWSER", browser);
    } else {
        let files = tools::debian_packages(cache(), &CHROMIUM).unwrap_or_else(|error| {
            panic!("unpacking Chromium: {error}\nSet CHROMIUM to an installed one, such as that of Debian's package chromium")
        });
        let libraries = files.join("usr/lib").join(format!("{}-linux-gnu", env::consts::ARCH));
        let fonts = files.join("fonts.conf");
        fs::write(&fonts, FONTS.replace("FILES", &files.to_string_lossy())).unwrap();
        let paths =
            [libraries.clone(), libraries.join("pulseaudio"), files.join("lib").join(libraries.file_name().unwrap())];
        command
            .env("BROWSER", files.join("usr/lib/chromium/chromium-headless-shell"))
            .env("LIBRARIES", env::join_paths(paths).unwrap())
            .env("FONTS", fonts);
    }
    succeed(command);
}
