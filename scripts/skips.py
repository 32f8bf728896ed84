"""Fail if a test was skipped for a reason that no line of the given file allows.

Usage: skips.py JUNIT.XML ALLOWED.TXT. Lines of ALLOWED.TXT are regular expressions; # begins a comment.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ET


def main(report: str, allowed: str) -> None:
    lines = pathlib.Path(allowed).read_text("utf-8").splitlines()
    patterns = [re.compile(line) for line in lines if line.strip() and not line.startswith("#")]
    skipped = [
        (f"{case.get('classname')}::{case.get('name')}", skip.get("message") or "")
        for case in ET.parse(report).iter("testcase")
        for skip in case.iter("skipped")
    ]
    wrong = [item for item in skipped if not any(p.search(item[1]) for p in patterns)]
    print(f"{len(skipped)} skipped, {len(wrong)} of them for no allowed reason")
    for name, reason in wrong:
        print(f"  {name}: {reason}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
