"""Print the code of README.md's fenced blocks that stand below a `<!-- ci:NAME -->` line.

Usage: readme_blocks.py NAME. What the README shows and what CI runs are thereby the same text.
"""

import pathlib
import re
import sys

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"
BLOCK = re.compile(r"^<!-- ci:(\w+) -->\n+```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main(wanted: str) -> None:
    found = [code for name, code in BLOCK.findall(README.read_text("utf-8")) if name == wanted]
    if not found:
        sys.exit(f"README.md has no block marked ci:{wanted}")
    print("".join(found), end="")


if __name__ == "__main__":
    main(sys.argv[1])
