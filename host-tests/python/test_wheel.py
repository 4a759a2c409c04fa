"""What the wheel says of itself."""

import base64
import hashlib
from importlib import metadata

import senhasegura_siem
from packaging.metadata import Metadata
from packaging.requirements import Requirement

NAME = "senhasegura-siem"


def test_has_valid_and_complete_metadata():
    found = Metadata.from_email(metadata.distribution(NAME).read_text("METADATA"), validate=True)
    assert (found.name, str(found.version)) == (NAME, senhasegura_siem.__version__)
    assert found.license_expression == "Apache-2.0 OR MIT"
    assert found.license_files == ["LICENSE-APACHE", "LICENSE-MIT", "LICENSE-THIRD-PARTY"]
    assert str(found.requires_python) == ">=3.10"
    assert [str(it) for it in found.requires_dist] == ["wasmtime>=48", 'pyarrow>=15; extra == "arrow"']
    assert found.provides_extra == ["arrow"] and found.project_urls is None and found.home_page is None
    assert found.description_content_type == "text/markdown" and found.description.startswith(f"# {NAME}\n")
    assert "Typing :: Typed" in found.classifiers and found.classifiers == sorted(found.classifiers)
    assert len(found.summary) < 150 and found.keywords
    needed = [it for it in found.requires_dist if it.marker is None or it.marker.evaluate({"extra": "arrow"})]
    for requirement in map(Requirement, map(str, needed)):
        assert requirement.specifier.contains(metadata.version(requirement.name))


def test_has_the_files_that_it_records():
    distribution = metadata.distribution(NAME)
    names = []
    for file in distribution.files:
        if file.name == "RECORD" or file.parent.name == "__pycache__" or file.hash is None:
            continue
        names.append(str(file))
        digest = base64.urlsafe_b64encode(hashlib.sha256(file.read_binary()).digest()).rstrip(b"=").decode()
        assert (file.hash.mode, file.hash.value, file.size) == ("sha256", digest, len(file.read_binary()))
    folder = f"senhasegura_siem-{distribution.version}.dist-info"
    assert {f"{folder}/licenses/{name}" for name in ["LICENSE-APACHE", "LICENSE-MIT", "LICENSE-THIRD-PARTY"]} < set(names)
    assert {"senhasegura_siem/py.typed", "senhasegura_siem/senhasegura-siem-core.wasm"} < set(names)
