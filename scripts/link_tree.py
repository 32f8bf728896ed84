"""Make .types/fasciscope/<room>: links through which mypy, pyright and editors see the rooms as one package."""

import os
import pathlib
import shutil
import tomllib

TOP = pathlib.Path(__file__).resolve().parents[1]
TREE = TOP / ".types"


def main() -> None:
    folders: dict[str, str] = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"][
        "setuptools"
    ]["package-dir"]
    shutil.rmtree(TREE, ignore_errors=True)
    (TREE / "fasciscope").mkdir(parents=True)
    for file in (TOP / folders["fasciscope"]).iterdir():
        os.symlink(file, TREE / "fasciscope" / file.name)
    for name, folder in folders.items():
        if name.count(".") == 1:
            os.symlink(TOP / folder, TREE / "fasciscope" / name.split(".")[1])


if __name__ == "__main__":
    main()
