//! The Python package: the wheel installed by pip into empty environments, and tested there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use host_tests::python::{PYARROW, WASMTIME};
use host_tests::{APPLIANCE, DAY, cases, goldens, hostile, python};

const PYTEST: &str = "pytest==9.2.0";
const MYPY: &str = "mypy==2.4.1";

fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let [out, error] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{command:?}:\n{out}{error}");
    output
}

/// An environment of its own, for a test of this name, and a folder for what the test needs.
struct Environment {
    folder: PathBuf,
    interpreter: PathBuf,
}

impl Environment {
    fn new(name: &str, packages: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let interpreter = python::environment(&root.join("environment"), packages).unwrap();
        let folder = root.join("work");
        // Python imports from there, too.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder, interpreter }
    }

    fn python(&self) -> Command {
        let mut python = Command::new(&self.interpreter);
        // It leaves nothing in the repository.
        python.current_dir(&self.folder).env_remove("PYTHONPATH").env("PYTHONDONTWRITEBYTECODE", "1");
        python
    }

    /// Checks the package and a program that uses it.
    fn check_types(&self) {
        let mut mypy = self.python();
        succeed(mypy.args(["-m", "mypy", "--strict", "--cache-dir=mypy", "--package", "senhasegura_siem"]));
        let mut mypy = self.python();
        succeed(mypy.args(["-m", "mypy", "--strict", "--cache-dir=mypy"]).arg(source("typed.py")));
    }
}

fn source(name: &str) -> PathBuf {
    guests::root().join("host-tests/python").join(name)
}

/// Writes records of each configuration as rows and as explanations, and the catalog.
fn write_records(folder: &Path) {
    let streams = DAY.lines().chain(APPLIANCE.lines()).map(|line| line.as_bytes().to_vec());
    let all = streams.chain(hostile::records(100_000, 3).unwrap()).collect::<Vec<_>>();
    let config = r#"{"timezone": "-03:00"}"#;
    let mut rows = cases::rows(config, &all).unwrap();
    let mut explanations = cases::explanations(config, &all[..5000]).unwrap();
    for golden in goldens::names().unwrap().into_iter().flat_map(|name| goldens::of(&name).unwrap()) {
        let records: Vec<_> = golden.input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        rows += &cases::rows(&golden.config, &records).unwrap();
        explanations += &cases::explanations(&golden.config, &records).unwrap();
    }
    fs::write(folder.join("rows.ndjson"), rows).unwrap();
    fs::write(folder.join("explanations.ndjson"), explanations).unwrap();
    fs::write(folder.join("kinds.json"), serde_json::to_string(senhasegura_siem::catalog::CATALOG).unwrap()).unwrap();
}

#[test]
fn is_installed_and_does_what_the_native_transform_does() {
    let environment = Environment::new("python", &[WASMTIME, PYARROW, PYTEST, MYPY]);
    let cases = environment.folder.join("cases");
    fs::create_dir_all(&cases).unwrap();
    cases::write(&cases).unwrap();
    write_records(&cases);
    let mut pytest = environment.python();
    pytest.args(["-m", "pytest", "-p", "no:cacheprovider", "--quiet"]).arg(guests::root().join("host-tests/python"));
    let output = succeed(pytest.env("CASES", &cases));
    println!("{}", String::from_utf8_lossy(&output.stdout));
    // The examples in the package itself.
    let mut doctest = environment.python();
    doctest.args(["-m", "pytest", "-p", "no:cacheprovider", "--quiet", "--doctest-modules"]);
    let output = succeed(doctest.args(["--pyargs", "senhasegura_siem"]));
    println!("{}", String::from_utf8_lossy(&output.stdout));
    environment.check_types();
}

/// Without pyarrow, which columns need and nothing else.
#[test]
fn has_types_and_does_what_its_page_says() {
    let environment = Environment::new("python-page", &[WASMTIME, MYPY]);
    environment.check_types();
    let page = fs::read_to_string(guests::root().join("src/guest/python/README.md")).unwrap();
    let blocks = |language: &str| -> Vec<_> {
        let start = format!("```{language}\n");
        page.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
    };
    let (programs, outputs) = (blocks("python"), blocks("text"));
    assert!(programs.len() == outputs.len() && programs.len() > 1);
    for (program, output) in programs.iter().zip(outputs) {
        let found = succeed(environment.python().args(["-c", program]));
        assert_eq!(String::from_utf8_lossy(&found.stdout), output);
    }
    succeed(environment.python().arg(source("typed.py")));
    let column = "import senhasegura_siem; senhasegura_siem.Transformer().transform_column(None)";
    let refused = environment.python().args(["-c", column]).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("No module named 'pyarrow'"));
}
