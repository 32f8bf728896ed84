"""Make the API pages of every package from its docstrings, into docs/_build."""

import importlib
import pathlib
import tomllib

import pdoc

TOP = pathlib.Path(__file__).resolve().parents[1]


def main() -> None:
    packages = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    for name in packages:
        module = importlib.import_module(name)
        for public in module.__all__:  # pdoc does not see names that are handed on lazily
            setattr(module, public, getattr(module, public))
    pdoc.render.configure(docformat="google", footer_text="fasciscope reports; it never diagnoses.")
    pdoc.pdoc(*packages, output_directory=TOP / "docs" / "_build")


if __name__ == "__main__":
    main()
