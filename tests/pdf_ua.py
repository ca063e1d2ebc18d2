"""PDFs held against PDF/UA-1, by the tool that stands in `tools`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

_TOOL = Path(__file__).resolve().parent / "tools" / "pdfua-check"


def require_pdf_ua(files: Iterable[Path]) -> None:
    """Fail unless each of these files complies."""
    asked = list(files)
    assert asked
    assert shutil.which("java"), "pdfua-check needs Java: apt-get install default-jre-headless"
    checked = subprocess.run(
        [_TOOL, *asked],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHON": sys.executable},
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(": complies") == len(asked)
