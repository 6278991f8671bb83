"""The wheel is all one needs, and importing it costs next to nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

import pytest

import gigacost
from gigacost.service.mcp.pages import pages

ROOT = Path(__file__).parents[2]
RUN = ["--hardware", "h100-sxm", "--chips", "256", "--params", "13B", "--tokens", "2T"]


def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command in an environment that knows nothing of this tree; its output."""
    keep = ("PATH", "HOME", "LANG", "CARGO_HOME", "RUSTUP_HOME", "CARGO_TARGET_DIR", "TMPDIR", "SYSTEMROOT")
    keep += ("HTTPS_PROXY", "https_proxy", "PIP_INDEX_URL", "PIP_CACHE_DIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
    environment = {name: os.environ[name] for name in keep if name in os.environ} | variables
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, or the one that ``make test-wheel`` names."""
    given = os.environ.get("GIGACOST_WHEEL")
    if given:
        return Path(given)
    into = tmp_path_factory.mktemp("dist")
    maturin = (sys.executable, "-m", "maturin")
    run(*maturin, "build", "--release", "--locked", "--quiet", "--out", into, cwd=ROOT)
    (made,) = into.glob("*.whl")
    return made


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel and what it asks for, and nothing else."""

    bin: Path
    elsewhere: Path

    def call(self, program: str, *arguments: str) -> str:
        return run(self.bin / program, *arguments, cwd=self.elsewhere).stdout


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    home = tmp_path_factory.mktemp("empty")
    run(sys.executable, "-m", "venv", home / "venv", cwd=home)
    there = home / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(there / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=home)
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    return Installed(there, elsewhere)


@pytest.mark.slow
def test_one_wheel_serves_every_python_from_3_11(wheel: Path) -> None:
    assert "-cp311-abi3-" in wheel.name


@pytest.mark.slow
def test_the_engine_asks_for_no_newer_glibc_than_the_wheels_name_says(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (engine,) = (name for name in archive.namelist() if name.startswith("gigacost/_engine.") and "pyi" not in name)
    asked = {int(minor) for minor in re.findall(rb"\0GLIBC_2\.([0-9]+)(?:\.[0-9]+)?\0", archive.read(engine))}
    named = [int(minor) for minor in re.findall(r"manylinux_2_([0-9]+)_", wheel.name)]
    assert not asked or "musllinux" not in wheel.name
    assert max(asked, default=0) <= min(named, default=99)
    assert asked or not named, "versions of symbols are looked for where they are"


@pytest.mark.slow
def test_the_wheel_has_what_the_package_has(wheel: Path) -> None:
    package = ROOT / "python"
    wanted = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*")
        if path.suffix in {".py", ".pyi", ".toml", ".csv", ".typed", ".html", ".css", ".js", ".json"}
    }
    wanted |= {f"gigacost/examples/{path.name}" for path in (ROOT / "examples").glob("*.toml")}
    pages = (path for folder in (".", "how-to", "model") for path in (ROOT / "docs" / folder).glob("*.md"))
    wanted |= {f"gigacost/handbook/{path.relative_to(ROOT / 'docs').as_posix()}" for path in pages}
    names = set(zipfile.ZipFile(wheel).namelist())
    assert wanted <= names
    assert {"gigacost/py.typed", "gigacost/_engine.pyi", "gigacost/catalog/data/accelerators.toml"} <= names
    rest = {name for name in names - wanted if ".dist-info/" not in name}
    assert all(name.startswith("gigacost/_engine") for name in rest), rest


@pytest.mark.slow
def test_the_wheel_says_what_it_needs_and_under_which_licence(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    names = archive.namelist()
    (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
    said = Parser().parsestr(archive.read(metadata).decode())
    assert said["Version"] == gigacost.__version__
    assert said["License-Expression"] == "Apache-2.0 OR MIT"
    needs = [need for need in said.get_all("Requires-Dist", []) if "extra ==" not in need]
    assert sorted(need.split(">")[0] for need in needs) == ["click", "numpy", "rich"]
    for licence in ("LICENSE-APACHE", "LICENSE-MIT", "NOTICE"):
        (found,) = (name for name in names if name.endswith(f"licenses/{licence}"))
        assert archive.read(found) == (ROOT / licence).read_bytes()
        assert archive.read(found)


@pytest.mark.slow
def test_the_wheel_runs_without_the_tree(installed: Installed) -> None:
    assert "estimate" in installed.call("gigacost", "--help")
    there = installed.call("python", "-c", "import gigacost; print(gigacost.__file__)")
    assert Path(there.strip()).is_relative_to(installed.bin.parent)
    found = json.loads(installed.call("gigacost", "estimate", *RUN, "--json"))
    here = gigacost.estimate(hardware="h100-sxm", chips=256, params="13B", tokens="2T").to_dict()
    assert found["subtotals"] == here["subtotals"]
    assert json.loads(installed.call("gigacost", "validate", "throughput", "--json"))["rows"] > 100


@pytest.mark.slow
def test_the_wheel_has_examples_that_run(installed: Installed) -> None:
    assert installed.call("gigacost", "init").startswith("quickstart.toml: ")
    (best,) = json.loads(installed.call("gigacost", "top", "quickstart.toml", "-k", "1", "--json"))["rows"]
    here = gigacost.Sweep.from_toml(ROOT / "examples/quickstart.toml").top(1)
    assert best["cost_total_usd"] == here.rows[0]["cost_total_usd"]
    listed = {each["name"] for each in json.loads(installed.call("gigacost", "init", "--list", "--json"))}
    assert listed == {path.stem for path in (ROOT / "examples").glob("*.toml")}


@pytest.mark.slow
def test_the_wheel_has_the_pages_that_agents_read(installed: Installed) -> None:
    code = "from gigacost.service.mcp.pages import pages; print(sum(len(page.text) for page in pages().values()))"
    here = sum(len(page.text) for page in pages().values())
    assert int(installed.call("python", "-c", code)) == here


@pytest.mark.slow
def test_the_wheel_writes_parquet_with_no_library_for_it(installed: Installed) -> None:
    code = (
        "import gigacost; axes = {'chips': [256, 512], 'market': ['on_demand', 'own']};"
        "fixed = {'hardware': 'h100-sxm', 'params': '13B', 'tokens': '2T'};"
        "print(gigacost.Sweep(axes, fixed=fixed).write('rows.parquet'))"
    )
    assert installed.call("python", "-W", "error", "-c", code).strip() == "4"
    written = (installed.elsewhere / "rows.parquet").read_bytes()
    assert written[:4] == written[-4:] == b"PAR1"


@pytest.mark.slow
def test_the_source_distribution_is_complete(tmp_path: Path) -> None:
    run(sys.executable, "-m", "maturin", "sdist", "--out", tmp_path, cwd=ROOT)
    (made,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = (path for path in tmp_path.iterdir() if path.is_dir())
    kinds = ("rust/*/src/**/*.rs", "python/**/*.py", "python/**/*.toml", "python/**/*.csv")
    for source in [path for kind in kinds for path in ROOT.glob(kind)]:
        assert (tree / source.relative_to(ROOT)).read_bytes() == source.read_bytes(), source
    for example in (ROOT / "examples").glob("*.toml"):
        packed = tree / "python/gigacost/examples" / example.name
        assert not packed.is_symlink()
        assert packed.read_bytes() == example.read_bytes()
    for page in (ROOT / "docs").rglob("*.md"):
        if page.parent.name != "reference":
            packed = tree / "python/gigacost/handbook" / page.relative_to(ROOT / "docs")
            assert packed.read_bytes() == page.read_bytes(), page
    for name in ("LICENSE-APACHE", "LICENSE-MIT", "NOTICE", "README.md", "Cargo.lock"):
        assert (tree / name).read_bytes() == (ROOT / name).read_bytes(), name
    run("cargo", "metadata", "--offline", "--locked", "--format-version", "1", cwd=tree)


def test_every_linux_has_its_wheel_and_its_licences_checked() -> None:
    (targets,) = re.findall(r"^LINUX := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    checked = {one["triple"] for one in tomllib.loads((ROOT / "deny.toml").read_text("utf-8"))["graph"]["targets"]}
    assert set(targets.split()) == {triple for triple in checked if "-linux-" in triple}
    built = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    assert set(re.findall(r"^ +- target: (\S+)$", built, re.MULTILINE)) == checked
    assert "untested" in built.partition("\n\n")[0].lower()


def test_no_address_is_invented() -> None:
    """There is no public repository yet: metadata that names one would lead nowhere, or to a stranger's."""
    assert "urls" not in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for manifest in (ROOT / "Cargo.toml", *(ROOT / "rust").glob("*/Cargo.toml")):
        text = manifest.read_text("utf-8")
        assert not re.search(r"^(repository|homepage|documentation)\b", text, re.MULTILINE), manifest
    for page in (*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        assert "/gigacost/gigacost" not in page.read_text("utf-8"), page


def loaded(*command: str) -> set[str]:
    """The modules that a run of Python imports."""
    done = run(sys.executable, "-X", "importtime", *command, cwd=ROOT / "tests")
    return {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def heavy(modules: set[str]) -> set[str]:
    """Those that take long to load."""
    slow = {"numpy", "rich", "click", "pyarrow", "pandas", "polars", "tomllib", "asyncio", "typing_extensions"}
    return {name for name in modules if name.split(".")[0] in slow}


def test_importing_loads_nothing_heavy() -> None:
    modules = loaded("-c", "import gigacost")
    assert "gigacost" in modules
    assert not heavy(modules)
    assert {name for name in modules if name.startswith("gigacost.")} == set()


def test_the_help_loads_neither_engine_nor_arrays() -> None:
    modules = loaded("-c", "import sys; sys.argv[1:] = ['--help']; from gigacost.cli import main; main()")
    assert "click" in modules
    assert {name.split(".")[0] for name in heavy(modules)} == {"click"}
    assert "gigacost._engine" not in modules
    assert not any(name.startswith(("gigacost.model", "gigacost.catalog")) for name in modules)


def test_an_estimate_loads_no_arrays() -> None:
    modules = loaded("-c", "import gigacost; gigacost.estimate(hardware='h100-sxm', chips=8, params='1B', tokens='1T')")
    assert "gigacost._engine" in modules
    assert not heavy(modules)


def test_public_names_are_there_when_asked_for() -> None:
    for name in gigacost.__all__:
        assert getattr(gigacost, name) is not None
    assert set(gigacost.__all__) <= set(dir(gigacost))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = gigacost.nothing  # type: ignore[attr-defined]
