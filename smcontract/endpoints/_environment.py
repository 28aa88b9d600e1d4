"""The environment variables that the script's process sees: the container's, and what the user passes."""

from __future__ import annotations

import os
import site
from collections.abc import Mapping
from pathlib import Path

KEPT = frozenset(
    {
        "CUDA_VISIBLE_DEVICES",
        "DYLD_LIBRARY_PATH",
        "LD_LIBRARY_PATH",
        "MKL_NUM_THREADS",
        "NVIDIA_VISIBLE_DEVICES",
        "OMP_NUM_THREADS",
        "PATH",
        "TZ",
    }
)
"""What the machine needs to run Python at all; nothing else of this process's environment is passed on."""


def container_environment(*, program: str, code_dir: Path, home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a serving container.

    `SAGEMAKER_PROGRAM`, `SAGEMAKER_SUBMIT_DIRECTORY`, `SAGEMAKER_CONTAINER_LOG_LEVEL` and
    `SAGEMAKER_REGION` are what the SDK sets on a model (sagemaker 2.257.7,
    `sagemaker/model.py`, `_script_mode_env_vars`); serving sets no `SM_*`. `extra` wins.
    """
    environment = {key: value for key, value in os.environ.items() if key in KEPT}
    environment.update(
        HOME=str(home),
        LANG="C.UTF-8",
        LC_ALL="C.UTF-8",
        PYTHONUNBUFFERED="TRUE",
        TMPDIR=str(home),
        SAGEMAKER_PROGRAM=program,
        SAGEMAKER_SUBMIT_DIRECTORY=str(code_dir),
        SAGEMAKER_CONTAINER_LOG_LEVEL="20",
        SAGEMAKER_REGION="us-east-1",
    )
    if site.ENABLE_USER_SITE and site.USER_BASE:
        # HOME is the container's; packages installed with `pip install --user` are still found.
        environment["PYTHONUSERBASE"] = site.USER_BASE
    environment.update(extra)
    return environment
