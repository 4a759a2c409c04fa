//! Packages of Python, npm and Debian, unpacked into the folder for build products, and programs in C: nothing
//! is installed on the machine. And where the repository is, and what Linux says of a
//! process.

use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::{env, fs, io};

/// The root of the repository whose cargo runs this. What was compiled may be that of another
/// clone, if they share a target folder.
#[must_use]
pub fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let root = package.ancestors().find(|folder| folder.join("wit/transform.wit").exists());
    root.map_or_else(|| package.join("../.."), Path::to_owned)
}

/// Runs a command and answers whether it succeeded; what it printed is in the error.
fn run<S: AsRef<OsStr>>(folder: &Path, program: &str, arguments: impl IntoIterator<Item = S>) -> io::Result<()> {
    let finished = Command::new(program).args(arguments).current_dir(folder).output()?;
    if finished.status.success() {
        return Ok(());
    }
    let (out, error) = (String::from_utf8_lossy(&finished.stdout), String::from_utf8_lossy(&finished.stderr));
    Err(io::Error::other(format!("{program}: {}\n{out}{error}", finished.status)))
}

/// The most memory that a process has had so far, in bytes, as Linux says it.
///
/// # Errors
///
/// If there is no such process, or this is not Linux.
pub fn peak_memory(process: u32) -> io::Result<u64> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path)?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(1024 * kilobytes.ok_or_else(|| io::Error::other(format!("expected VmHWM in {path}, found none")))?)
}

/// Compiles a program or a library in C, with these options besides those that make warnings errors. One that others run
/// meanwhile stays as it is for them.
///
/// # Errors
///
/// If there is no `gcc`, or it warns.
pub fn compile_c(source: &Path, options: &[&str], product: &Path) -> io::Result<()> {
    let warnings = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wno-sign-compare", "-Werror"];
    let unfinished = product.with_extension(std::process::id().to_string());
    let files = [source.as_os_str(), OsStr::new("-o"), unfinished.as_os_str()];
    let arguments = warnings.iter().chain(options).map(OsStr::new).chain(files);
    run(Path::new("."), "gcc", arguments)?;
    fs::rename(unfinished, product)
}

/// Fills a folder once: it gets its name when it is complete.
fn once(folder: PathBuf, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    if folder.exists() {
        return Ok(folder);
    }
    let unfinished = folder.with_extension(format!("{}", std::process::id()));
    fs::create_dir_all(&unfinished)?;
    fill(&unfinished)?;
    match fs::rename(&unfinished, &folder) {
        // Another process was faster.
        Err(_) if folder.exists() => fs::remove_dir_all(&unfinished)?,
        outcome => outcome?,
    }
    Ok(folder)
}

/// A folder for `PYTHONPATH` that holds a Python package, as `name==version`, and what it depends on.
///
/// # Errors
///
/// If `pip` cannot get it.
pub fn python_package(cache: &Path, package: &str) -> io::Result<PathBuf> {
    install(cache, package, &[])
}

/// As [`python_package`], without what the package says that it depends on.
///
/// # Errors
///
/// If `pip` cannot get it.
pub fn python_package_alone(cache: &Path, package: &str) -> io::Result<PathBuf> {
    install(cache, package, &["--no-deps"])
}

/// A folder with the wheels of Python packages, each as `name==version`, and of what they depend on.
///
/// # Errors
///
/// If `pip` cannot get them.
pub fn python_wheels(cache: &Path, packages: &[&str]) -> io::Result<PathBuf> {
    once(cache.join(format!("wheels+{}", packages.join("+"))), |folder| {
        let options = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
        run(folder, "python3", options.iter().chain(packages))
    })
}

/// A folder whose `node_modules` holds what `package-lock.json` in `project` names.
///
/// # Errors
///
/// If `npm` cannot get it.
pub fn npm_packages(cache: &Path, project: &Path) -> io::Result<PathBuf> {
    let lock = fs::read_to_string(project.join("package-lock.json"))?;
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    once(cache.join(format!("npm-{:016x}", hasher.finish())), |folder| {
        for file in ["package.json", "package-lock.json"] {
            fs::copy(project.join(file), folder.join(file))?;
        }
        run(folder, "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    })
}

fn install(cache: &Path, package: &str, more: &[&str]) -> io::Result<PathBuf> {
    once(cache.join(package), |folder| {
        let options = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", ".", package];
        run(folder, "python3", options.iter().chain(more))
    })
}

/// The names of the packages, or what stands for so many that no folder could be called that.
fn folder_name(packages: &[&str]) -> String {
    let names = packages.join("+");
    if names.len() <= 200 {
        return names;
    }
    let mut hasher = DefaultHasher::new();
    names.hash(&mut hasher);
    format!("{}+{}-{:016x}", packages.first().unwrap_or(&""), packages.len() - 1, hasher.finish())
}

/// A folder with the files of Debian packages, as they would stand in `/`.
///
/// # Errors
///
/// If `apt-get` cannot get them.
pub fn debian_packages(cache: &Path, packages: &[&str]) -> io::Result<PathBuf> {
    once(cache.join(folder_name(packages)), |folder| {
        let download = |options: &[String]| {
            // What is installed does not count: its version may be one that is no longer offered.
            let options = ["-oDir::State::status=/dev/null"].into_iter().chain(options.iter().map(String::as_str));
            run(folder, "apt-get", options.chain(["download"]).chain(packages.iter().copied()))
        };
        if download(&[]).is_err() {
            // The lists of packages are missing or old, and may be root's. Fetch them here.
            let lists = folder.join("lists");
            fs::create_dir_all(lists.join("partial"))?;
            fs::create_dir_all(folder.join("archives/partial"))?;
            let options = ["Dir::State::lists=lists", "Dir::Cache=.", "Dir::Cache::archives=archives"];
            let options: Vec<_> = options.into_iter().map(|option| format!("-o{option}")).collect();
            run(folder, "apt-get", options.iter().map(String::as_str).chain(["update"]))?;
            download(&options)?;
        }
        for file in fs::read_dir(folder)? {
            let file = file?.path();
            if file.extension() == Some(OsStr::new("deb")) {
                run(folder, "dpkg-deb", [OsStr::new("-x"), file.as_os_str(), OsStr::new(".")])?;
                fs::remove_file(file)?;
            }
        }
        Ok(())
    })
}
