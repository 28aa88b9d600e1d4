"""A scratch git repository, on which the real git and the real pre-commit are run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended, and what it said."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Scratch:
    """A git repository, with pre-commit's store apart from the user's."""

    path: Path
    store: Path
    hooks: Path

    def run(self, *words: str, **variables: str) -> Result:
        """Run a command here, away from the settings and variables of whoever runs the tests."""
        ours = ("GIT_", "PRE_COMMIT", "PYTEST", "PYTHONPATH", "SKIP", "SMCONTRACT", "FORCE_COLOR")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        who = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "someone")
        mail = dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "someone@example.com")
        environment |= {**who, **mail, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        environment |= {"PRE_COMMIT_HOME": str(self.store), "PRE_COMMIT_COLOR": "never", **variables}
        # As it stands in a user's shell whose environment is active.
        environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
        done = subprocess.run(
            words,
            cwd=self.path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return Result(done.returncode, done.stdout)

    def git(self, *words: str, **variables: str) -> Result:
        """Run git, which must not fail."""
        result = self.run("git", *words, **variables)
        assert result.status == 0, result.text
        return result

    def pre_commit(self, *words: str, **variables: str) -> Result:
        """Run the real pre-commit."""
        return self.run(sys.executable, "-m", "pre_commit", *words, **variables)

    def stage(self, name: str, source: str) -> None:
        """Write a file and add it to what is to be committed."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
        self.git("add", "--", name)

    def configure(self, lines: Sequence[str]) -> None:
        """Write the configuration and commit it."""
        self.stage(".pre-commit-config.yaml", "\n".join(lines) + "\n")
        self.git("commit", "--quiet", "--no-verify", "--message", "configuration")
