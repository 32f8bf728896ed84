"""The pages that are made from data are those that the data give."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]


def test_the_page_of_the_articles_is_that_of_the_catalogue(tmp_path: Path) -> None:
    made = tmp_path / "articles.md"
    subprocess.run([sys.executable, TOP / "docs" / "articles.py", made], check=True, timeout=60)
    committed = (TOP / "docs" / "articles.md").read_text(encoding="utf-8")
    assert committed == made.read_text(encoding="utf-8"), "run: python docs/articles.py"


def test_the_page_of_accuracy_is_that_of_the_results(tmp_path: Path) -> None:
    made = tmp_path / "accuracy.md"
    subprocess.run([sys.executable, TOP / "docs" / "accuracy.py", made], check=True, timeout=60)
    committed = (TOP / "docs" / "accuracy.md").read_text(encoding="utf-8")
    assert committed == made.read_text(encoding="utf-8"), "run: python docs/accuracy.py"
