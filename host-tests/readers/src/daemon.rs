//! Real daemons, unpacked from Debian's packages and run by a test on loopback, in a folder of
//! their own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, io, thread};

/// rsyslogd and the libraries that a bare Debian has not.
const RSYSLOG: [&str; 4] = ["rsyslog", "libestr0", "libfastjson4", "liblognorm5"];

/// syslog-ng and the libraries that a bare Debian has not.
const SYSLOG_NG: [&str; 16] = [
    "syslog-ng-core",
    "libcom-err2",
    "libglib2.0-0",
    "libgssapi-krb5-2",
    "libivykis0",
    "libjson-c5",
    "libk5crypto3",
    "libkeyutils1",
    "libkrb5-3",
    "libkrb5support0",
    "libnet1",
    "libnsl2",
    "libpcre3",
    "libssl3",
    "libtirpc3",
    "libwrap0",
];

/// A daemon, killed when it is dropped. The programs that it runs end with it, as their input does.
pub struct Daemon {
    command: Command,
    process: Child,
    /// Where it writes. It is removed if the test succeeds.
    pub folder: PathBuf,
    /// The port where it listens.
    pub port: u16,
}

impl Daemon {
    /// Starts rsyslogd. `conf` makes its configuration for a folder, where the port is written to
    /// the file `port`.
    ///
    /// # Errors
    ///
    /// If it cannot be unpacked, or does not listen.
    pub fn rsyslog(cache: &Path, name: &str, conf: impl FnOnce(&str) -> String) -> io::Result<Self> {
        let files = tools::debian_packages(cache, &RSYSLOG)?;
        let libraries = libraries(&files)?;
        let folder = folder(cache, &format!("rsyslog-{name}"))?;
        fs::write(folder.join("rsyslog.conf"), conf(&folder.to_string_lossy()))?;
        let mut command = Command::new(files.join("usr/sbin/rsyslogd"));
        command
            .args(["-n", "-f", "rsyslog.conf", "-i"])
            .arg(folder.join("pid"))
            .arg("-M")
            .arg(libraries.join("rsyslog"))
            .env("LD_LIBRARY_PATH", &libraries);
        let mut daemon = Self::start(command, folder, 0)?;
        daemon.read_port()?;
        Ok(daemon)
    }

    fn read_port(&mut self) -> io::Result<()> {
        let port = self.folder.join("port");
        self.port = self.wait_for("a port", || fs::read_to_string(&port).ok()?.trim().parse().ok())?;
        Ok(())
    }

    /// Starts rsyslogd again that was stopped.
    ///
    /// # Errors
    ///
    /// If it does not listen.
    pub fn start_again(&mut self) -> io::Result<()> {
        fs::remove_file(self.folder.join("port"))?;
        self.process = self.command.spawn()?;
        self.read_port()
    }

    /// Starts syslog-ng. `conf` makes its configuration for a folder and a port.
    ///
    /// # Errors
    ///
    /// If it cannot be unpacked, or does not listen.
    pub fn syslog_ng(cache: &Path, name: &str, conf: impl FnOnce(&str, u16) -> String) -> io::Result<Self> {
        let files = tools::debian_packages(cache, &SYSLOG_NG)?;
        let libraries = libraries(&files)?;
        let folder = folder(cache, &format!("syslog-ng-{name}"))?;
        // It does not tell which port it was given, so that it is told one that was free a moment
        // ago.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        fs::write(folder.join("syslog-ng.conf"), conf(&folder.to_string_lossy(), port))?;
        let modules = files.join("usr/lib/syslog-ng");
        let version = fs::read_dir(&modules)?.filter_map(|entry| Some(entry.ok()?.path())).find(|path| path.is_dir());
        let version = version.ok_or_else(|| io::Error::other("syslog-ng has no modules"))?;
        let paths = [modules, libraries.clone(), files.join("lib").join(libraries.file_name().unwrap_or_default())];
        let mut command = Command::new(files.join("usr/sbin/syslog-ng"));
        command
            .args(["--foreground", "--no-caps", "--cfgfile=syslog-ng.conf", "--persist-file=persist"])
            .args(["--control=control", "--module-path"])
            .arg(version)
            .arg("--pidfile")
            .arg(folder.join("pid"))
            .env("LD_LIBRARY_PATH", std::env::join_paths(paths).map_err(io::Error::other)?);
        let mut daemon = Self::start(command, folder, port)?;
        let control = daemon.folder.join("control");
        daemon.wait_for("a socket for control", || control.exists().then_some(()))?;
        Ok(daemon)
    }

    fn start(mut command: Command, folder: PathBuf, port: u16) -> io::Result<Self> {
        let log = |name| fs::File::create(folder.join(name)).map(Stdio::from);
        let process = command.current_dir(&folder).stdout(log("log")?).stderr(log("errors")?).spawn()?;
        Ok(Self { command, process, folder, port })
    }

    /// Asks again and again, for some minutes.
    ///
    /// # Errors
    ///
    /// If there is no answer by then, or the daemon has ended; the error has what it said.
    pub fn wait_for<T>(&mut self, what: &str, mut ask: impl FnMut() -> Option<T>) -> io::Result<T> {
        for _ in 0..6000 {
            if let Some(answer) = ask() {
                return Ok(answer);
            }
            if let Some(status) = self.process.try_wait()? {
                return Err(io::Error::other(format!("waiting for {what}: {status}\n{}", self.said())));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(io::Error::other(format!("waited in vain for {what}\n{}", self.said())))
    }

    /// Tells it to end, and waits until it has written what there is.
    ///
    /// # Errors
    ///
    /// If it is gone, or stays.
    pub fn stop(&mut self) -> io::Result<()> {
        signal("TERM", self.process.id())?;
        for _ in 0..1200 {
            if self.process.try_wait()?.is_some() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(io::Error::other(format!("it does not end\n{}", self.said())))
    }

    /// What it said on its outputs.
    #[must_use]
    pub fn said(&self) -> String {
        ["log", "errors"].map(|name| fs::read_to_string(self.folder.join(name)).unwrap_or_default()).concat()
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The processes that a process has started and that run.
///
/// # Errors
///
/// If `/proc` cannot be read.
pub fn children(process: u32) -> io::Result<Vec<u32>> {
    let parent = format!("PPid:\t{process}");
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc")? {
        // One that has ended meanwhile is none.
        let Ok(status) = fs::read_to_string(entry?.path().join("status")) else { continue };
        let is_child = status.lines().any(|line| line == parent) && !status.contains("State:\tZ");
        let id = status.lines().find_map(|line| line.strip_prefix("Pid:\t")?.parse::<u32>().ok());
        children.extend(id.filter(|_| is_child));
    }
    Ok(children)
}

/// Kills a process without a warning.
///
/// # Errors
///
/// If there is no such process.
pub fn kill(process: u32) -> io::Result<()> {
    signal("KILL", process)
}

fn signal(signal: &str, process: u32) -> io::Result<()> {
    let run = Command::new("sh").args(["-c", &format!("kill -{signal} {process}")]).output()?;
    if run.status.success() { Ok(()) } else { Err(io::Error::other(String::from_utf8_lossy(&run.stderr))) }
}

/// The folder of libraries, which has the name of the architecture.
fn libraries(files: &Path) -> io::Result<PathBuf> {
    let mut folders = fs::read_dir(files.join("usr/lib"))?.filter_map(|entry| Some(entry.ok()?.path()));
    let folder = folders.find(|path| path.to_string_lossy().ends_with("-linux-gnu"));
    folder.ok_or_else(|| io::Error::other("no libraries were unpacked"))
}

/// A folder for one run.
fn folder(cache: &Path, name: &str) -> io::Result<PathBuf> {
    let folder = cache.join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
