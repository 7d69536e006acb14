"""A checkout whose .venv was made with a Python that others may not reach."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.vethlab import ROOT

NOBODY = ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


def test_a_python_that_one_may_not_reach_is_not_there_and_no_bug(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "python").symlink_to(closed / "python3")
    (closed / "python3").touch()
    closed.chmod(0)
    look = "import sys; from pathlib import Path; from runner.venv import _there; sys.exit(_there(Path(sys.argv[1])))"
    argv = ["setpriv", *NOBODY, sys.executable, "-c", look, str(tmp_path / "python")]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    closed.chmod(0o700)
    assert (done.returncode, done.stderr) == (0, "")
