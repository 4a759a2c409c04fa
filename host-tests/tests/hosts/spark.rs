//! The program of the example on a cluster of Spark's own processes, whose executors are killed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs};

use host_tests::{APPLIANCE, DAY, cases, hostile, python, skip};
use serde_json::Value;

/// Spark 4.3, and what it needs on each machine beside what the package does.
const PACKAGES: [&str; 4] = ["pyspark==4.3.0", "pandas==3.1.1", python::WASMTIME, python::PYARROW];

const ROWS: u64 = 1_000_000;

/// The number of the archive's files: each is a task.
const TASKS: usize = 64;

/// Spark with the package, in a folder that has the files of the example.
struct Spark {
    python_path: OsString,
    home: PathBuf,
    work: PathBuf,
}

impl Spark {
    /// `None` if large hosts are not wanted, or there is no Java for Spark.
    fn new(name: &str) -> Option<Self> {
        if env::var_os("LARGE_HOSTS").is_none() {
            skip("Spark", "LARGE_HOSTS=1 runs it, with Java and half a gigabyte from PyPI");
            return None;
        }
        if env::var_os("JAVA_HOME").is_none() && Command::new("java").arg("-version").output().is_err() {
            skip("Spark", "it needs Java 17 or later");
            return None;
        }
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let work = cache.join(name);
        let _ = fs::remove_dir_all(&work);
        guests::copy(&guests::root().join("examples/spark"), &work).unwrap();
        let python_path = python::install(&work.join("site"), &PACKAGES).unwrap();
        let home = env::split_paths(&python_path).map(|path| path.join("pyspark")).find(|path| path.exists()).unwrap();
        Some(Self { python_path, home, work })
    }

    /// Starts a command of the page, on a cluster of this many executors.
    fn start(&self, executors: u32, command: &str) -> Child {
        let python_path = self.python_path.display();
        let defaults = [
            format!("spark.master local-cluster[{executors},1,1024]"),
            format!("spark.executorEnv.PYTHONPATH {python_path}"),
            // By which they are found.
            format!("spark.executor.extraJavaOptions -Dof={}", self.work.display()),
            // A task for each file.
            format!("spark.sql.files.minPartitionNum {TASKS}"),
            "spark.ui.enabled false".into(),
        ];
        fs::write(self.work.join("spark-defaults.conf"), defaults.join("\n")).unwrap();
        let path = env::var_os("PATH").unwrap();
        let path = env::join_paths([self.home.join("bin")].into_iter().chain(env::split_paths(&path)));
        let log = fs::File::create(self.work.join("log")).unwrap();
        // One core is that of all processes: else Spark would read and write on the other meanwhile.
        let cores = if executors == 1 { "0" } else { "0-1023" };
        let mut bash = Command::new("taskset");
        bash.args(["--cpu-list", cores, "bash", "-euo", "pipefail", "-c", command]).current_dir(&self.work);
        bash.env("PATH", path.unwrap()).env("PYTHONPATH", &self.python_path).env("SPARK_HOME", &self.home);
        bash.env("SPARK_CONF_DIR", &self.work).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
    }

    fn run(&self, executors: u32, command: &str) {
        let job = self.start(executors, command);
        self.end(job);
    }

    fn end(&self, mut job: Child) {
        assert!(job.wait().unwrap().success(), "{}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.work.join("log")).unwrap()
    }

    /// Waits until so many tasks have their output complete.
    fn wait_for(&self, tasks: usize, job: &mut Child) {
        while self.tasks() < tasks {
            assert!(job.try_wait().unwrap().is_none(), "{}", self.log());
            sleep(Duration::from_millis(5));
        }
    }

    /// Runs the script that writes the archive and checks what came of it.
    fn archive(&self, command: &str, folder: &str) {
        let script = guests::root().join("host-tests/spark/archive.py");
        print!("{}", self.python(&[script.to_str().unwrap(), command, ".", folder, &ROWS.to_string()]));
    }

    /// Returns what Python prints.
    fn python(&self, arguments: &[&str]) -> String {
        let mut python = Command::new("python3");
        python.args(arguments).current_dir(&self.work).env("PYTHONPATH", &self.python_path);
        let output = python.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns the text of the files in the folder `lines`.
    fn lines(&self) -> String {
        let files = fs::read_dir(self.work.join("lines")).unwrap().map(|entry| entry.unwrap().path());
        let texts = files.filter(|path| path.extension().is_some_and(|extension| extension == "txt"));
        texts.map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    /// The processes of the executors.
    fn executors(&self) -> Vec<u32> {
        let of = format!("-Dof={}", self.work.display());
        let is_executor = |process: &Path| {
            let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
            let arguments: Vec<_> = arguments.split(|byte| *byte == 0).collect();
            arguments.contains(&of.as_bytes())
                && arguments.iter().any(|it| it.ends_with(b"CoarseGrainedExecutorBackend"))
        };
        let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
        processes.filter(|path| is_executor(path)).filter_map(|path| path.file_name()?.to_str()?.parse().ok()).collect()
    }

    /// The number of tasks of which the output is complete, but not committed.
    fn tasks(&self) -> usize {
        let files = fs::read_dir(self.work.join("converted/_temporary/0"));
        let names = files.into_iter().flatten().flatten().map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().starts_with("task_")).count()
    }
}

/// The commands of the page that begin with `spark-submit`.
fn commands() -> Vec<String> {
    let page = fs::read_to_string(guests::root().join("examples/spark/README.md")).unwrap();
    let blocks = page.split("```sh\n").skip(1).map(|block| block.split("\n```").next().unwrap().to_owned());
    blocks.filter(|block| block.starts_with("spark-submit ")).collect()
}

/// Each of the two executors that the job begins with is killed, after a quarter and half of the tasks.
#[test]
fn converts_each_record_once_though_executors_are_killed() {
    let Some(spark) = Spark::new("spark") else { return };
    let streams = DAY.lines().chain(APPLIANCE.lines()).map(|line| line.as_bytes().to_vec());
    let records: Vec<_> = streams.chain(hostile::records(10_000, 5).unwrap()).collect();
    let config = fs::read_to_string(spark.work.join("siem.json")).unwrap();
    let rows = cases::rows(&config, &records).unwrap();
    fs::write(spark.work.join("rows.ndjson"), &rows).unwrap();
    spark.archive("write", "archive");
    let [of_archive, ..] = &commands()[..] else { panic!("no command") };
    for executors in [1, 2] {
        let started = Instant::now();
        let mut job = spark.start(executors, of_archive);
        // Not from the beginning, when the JVM compiles more than it runs, nor to the end, which is soon past.
        let [first, last] = [TASKS / 2, TASKS * 7 / 8].map(|tasks| {
            spark.wait_for(tasks, &mut job);
            (spark.tasks(), Instant::now())
        });
        spark.end(job);
        let rows = ROWS as f64 / TASKS as f64 * (last.0 - first.0) as f64;
        println!(
            "{ROWS} rows in {} s on {executors} cores; after the first half, {:.0} rows/s",
            started.elapsed().as_secs(),
            rows / (last.1 - first.1).as_secs_f64()
        );
        spark.archive("check", "converted");
        fs::remove_dir_all(spark.work.join("converted")).unwrap();
        fs::remove_dir_all(spark.work.join("lines")).unwrap();
    }

    let mut job = spark.start(2, of_archive);
    let mut killed: Vec<u32> = Vec::new();
    for tasks in [TASKS / 4, TASKS / 2] {
        spark.wait_for(tasks, &mut job);
        let running = loop {
            let running = spark.executors();
            if running.len() == 2 {
                break running;
            }
            assert!(job.try_wait().unwrap().is_none(), "{}", spark.log());
            sleep(Duration::from_millis(5));
        };
        let victim = *running.iter().min().unwrap();
        assert!(Command::new("kill").args(["-9", &victim.to_string()]).status().unwrap().success());
        killed.push(victim);
    }
    spark.end(job);
    println!("killed: {killed:?}");
    spark.archive("check", "converted");
    let rows: Value = serde_json::from_str(&rows).unwrap();
    let is_written = |key: u64| rows["rows"][key as usize % records.len()][2].is_string();
    assert_eq!(spark.lines().lines().count(), (0..ROWS).filter(|key| is_written(*key)).count());
}

/// Files that arrive while the query is not running are converted when it does, and no file twice.
#[test]
fn converts_each_file_of_a_stream_once() {
    let Some(spark) = Spark::new("spark-stream") else { return };
    let [_, of_stream, ..] = &commands()[..] else { panic!("no command") };
    fs::create_dir(spark.work.join("incoming")).unwrap();
    for number in 0..3 {
        fs::write(spark.work.join(format!("incoming/{number}.ndjson")), DAY).unwrap();
        spark.run(2, of_stream);
    }
    let log = spark.log();
    assert!(!log.contains("Traceback"), "{log}");
    // What was rejected is an archive, too.
    spark.run(2, "spark-submit convert.py --config siem.json --received received converted/rejected=true again");
    let counts = |folder: &str| {
        let script = "import pyarrow.dataset as d, sys; t = d.dataset(sys.argv[1], partitioning='hive', exclude_invalid_files=True).to_table(['file', 'received', 'line']); print(t.num_rows, t['line'].null_count, len(t['file'].unique()))";
        spark.python(&["-c", script, folder]).trim().to_owned()
    };
    let records = DAY.lines().filter(|line| !line.is_empty()).count();
    assert_eq!(counts("converted"), format!("{} 9 3", 3 * records));
    assert_eq!(counts("again"), "9 9 3");
}

/// A null has no line, and a column of the archive is not replaced.
#[test]
fn keeps_nulls_and_columns() {
    let Some(spark) = Spark::new("spark-columns") else { return };
    let write = |name: &str| {
        let code = format!(
            "import os, pyarrow, pyarrow.parquet; os.makedirs('{name}'); column = ['{{\"id\": 17}}', None, 'x']; \
             pyarrow.parquet.write_table(pyarrow.table({{'record': column, '{name}': [1, 2, 3]}}), '{name}/0.parquet')"
        );
        spark.python(&["-c", &code]);
    };
    write("key");
    spark.run(1, "spark-submit convert.py key converted --lines lines");
    let read = "import pyarrow.dataset; \
                rows = pyarrow.dataset.dataset('converted', partitioning='hive').to_table().to_pylist(); \
                print(sorted((row['key'], row['rejected'], row['reason']) for row in rows))";
    assert_eq!(spark.python(&["-c", read]).trim(), "[(1, 'false', None), (2, 'true', None), (3, 'true', 'malformed')]");
    assert_eq!(spark.lines(), "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|\n");
    write("Rejected");
    assert!(!spark.start(1, "spark-submit convert.py Rejected other").wait().unwrap().success());
    assert!(spark.log().contains("expected an archive without columns that are added"), "{}", spark.log());
}
