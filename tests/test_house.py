"""The house rules that a machine can hold: the import map (law 9), sizes, names and the wheel."""

import ast
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fasciscope.datasets import FORMATS

TOP = Path(__file__).resolve().parents[1]
SETUP = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["setuptools"]
FOLDERS = {name: TOP / folder for name, folder in SETUP["package-dir"].items()}
ROOMS = {name.split(".")[1]: folder for name, folder in FOLDERS.items() if name.count(".") == 1}

# DESIGN.md section 2: what each room may import of the others.
ALLOWED: dict[str, set[str]] = {
    "core": set(),
    "firmware_bridge": {"core"},
    "acquisition": {"core", "firmware_bridge"},
    "dsp": {"core"},
    "classifier": {"core"},
    "datasets": {"core"},
    "app": set(ROOMS),
}
MAX_FILE_LINES = 500
MAX_BODY_LINES = 50
AIM_BODY_LINES = 30  # nine tenths of all bodies

LAZY = re.compile(r"fasciscope(\.\w+)+(:\w+)?")

SOURCES = sorted(
    path
    for folder in {TOP / "src", *ROOMS.values()}
    for path in folder.rglob("*.py")
    if "egg-info" not in path.as_posix()
)
ALL_PYTHON = sorted(
    [*SOURCES, *(p for d in ("scripts", "benchmarks", "docs") for p in (TOP / d).rglob("*.py"))]
)


def name_of(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, also by `import_module("...")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and LAZY.fullmatch(str(node.value)):
            yield str(node.value).split(":")[0]


def outside_the_map(room: str, modules: Iterator[str]) -> list[str]:
    """Those of `modules` that files of `room` may not import."""
    wrong = []
    for module in modules:
        first, *rest = module.split(".")
        if first in ROOMS:  # a bare room, or an unrelated library of that name
            wrong.append(module)
        elif first == "fasciscope" and rest and rest[0] in ROOMS:
            if rest[0] != room and rest[0] not in ALLOWED[room]:
                wrong.append(module)
        elif room == "core" and first not in {"numpy", "fasciscope"} | sys.stdlib_module_names:
            wrong.append(module)
    return wrong


def functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each function's name and the lines of its body without the docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            yield node.name, (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_every_room_has_its_line_in_the_import_map() -> None:
    assert set(ROOMS) == set(ALLOWED)


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_what_the_map_allows(room: str) -> None:
    for path in ROOMS[room].rglob("*.py"):
        assert outside_the_map(room, imported(ast.parse(path.read_text()))) == [], name_of(path)


@pytest.mark.parametrize(
    ("room", "planted"),
    [
        ("dsp", "import datasets"),
        ("dsp", "from fasciscope.classifier import match"),
        ("dsp", "def f():\n    import fasciscope.app.main"),
        ("classifier", "from fasciscope import dsp"),
        ("classifier", "import_module('fasciscope.dsp.filters')"),
        ("datasets", "READER = 'fasciscope.acquisition.replay:ReplaySource'"),
        ("firmware_bridge", "import fasciscope.acquisition"),
        ("core", "import scipy.signal"),
        ("core", "from fasciscope.dsp import Chain"),
    ],
)
def test_a_planted_import_is_seen(room: str, planted: str) -> None:
    assert outside_the_map(room, imported(ast.parse(planted)))


def test_every_folder_with_python_is_in_the_list_of_packages() -> None:
    found = {
        ".".join([name, *path.parent.relative_to(folder).parts])
        for name, folder in FOLDERS.items()
        for path in folder.rglob("__init__.py")
    }
    assert found == set(SETUP["packages"]) == set(FOLDERS)


@pytest.mark.parametrize("name", ["fasciscope", *sorted(f"fasciscope.{room}" for room in ROOMS)])
def test_every_room_says_that_it_is_typed(name: str) -> None:
    assert (FOLDERS[name] / "py.typed").exists()


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_what_a_package_names_as_public_can_be_imported(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    names = module.__all__
    assert len(set(names)) == len(names)
    assert [n for n in names if not hasattr(module, n)] == []


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_what_a_package_imports_for_others_is_named_as_public(name: str) -> None:
    tree = ast.parse((FOLDERS[name] / "__init__.py").read_text())
    handed_on = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("fasciscope")
        for alias in node.names
    }
    used_here = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert handed_on - used_here <= set(importlib.import_module(name).__all__)


@pytest.mark.parametrize("path", ALL_PYTHON, ids=name_of)
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= MAX_FILE_LINES
    long = [(n, size) for n, size in functions(ast.parse(text)) if size > MAX_BODY_LINES]
    assert long == []


def test_nine_tenths_of_all_functions_fit_on_a_screen() -> None:
    sizes = [size for path in SOURCES for _, size in functions(ast.parse(path.read_text()))]
    assert sum(size <= AIM_BODY_LINES for size in sizes) >= 0.9 * len(sizes)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_is_printed_and_nothing_is_left_open(path: Path) -> None:
    text = path.read_text()
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    assert not names & {"print", "breakpoint", "eval", "exec"}
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)


def test_every_file_opens_with_what_it_is() -> None:
    assert [name_of(p) for p in SOURCES if not ast.get_docstring(ast.parse(p.read_text()))] == []


def test_the_readme_lists_every_format_that_is_read() -> None:
    table = (TOP / "README.md").read_text("utf-8").split("## Formats")[1].split("\n## ")[0]
    assert {s for form in FORMATS for s in form.suffixes} == set(re.findall(r"`(\.\w+)`", table))


def test_help_answers_without_the_heavy_libraries() -> None:
    code = (
        "import sys; from fasciscope.app.main import main; sys.argv = ['fasciscope', '--help']\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'numpy', 'scipy', 'matplotlib', 'jinja2', 'edfio', 'bleak'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd="/"
    )
    assert run.returncode == 0, run.stderr
    assert "analyse" in run.stdout


def test_the_package_itself_is_imported_without_the_heavy_libraries() -> None:
    code = "import sys, fasciscope; assert not {'numpy', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-P", "-c", code], check=True, cwd="/")


@pytest.mark.slow
def test_the_wheel_holds_every_package_and_all_its_data(tmp_path: Path) -> None:
    left_out = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests", "out")
    shutil.copytree(TOP, tmp_path / "copy", ignore=left_out)  # a stale build/ would be packed too
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(tmp_path), "."]
    subprocess.run(build, check=True, cwd=tmp_path / "copy")
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    data = {".py", ".typed", ".toml", ".json", ".html", ".css", ".js", ".npz"}
    data |= {".c", ".h", ".ino", ".md", ".properties"}
    wanted = {
        f"{name.replace('.', '/')}/{path.relative_to(folder).as_posix()}"
        for name, folder in FOLDERS.items()
        for path in (*folder.glob("*"), *folder.glob("causes/*"), *folder.glob("firmware/**/*"))
        if path.is_file() and (path.suffix in data or path.name == "py.typed")
    }
    assert wanted - inside == set()
    others = {n for n in inside - wanted if ".dist-info/" not in n}
    assert others == set()
