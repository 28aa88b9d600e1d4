"""Which of AWS's packages an interpreter has, and whether they are as they were shipped.

Imports none of them: a package's version and files stand in its metadata. Run as a script by another
interpreter, it prints what `look` returns for each name as JSON.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from importlib import metadata
from typing import Any, Dict, Optional

RIVALS = {
    "sagemaker-inference": "sagemaker-pytorch-inference",
    "sagemaker-pytorch-inference": "sagemaker-inference",
}
"""Two distributions that install the same package, sagemaker_inference (sagemaker-pytorch-inference 2.0.25, RECORD)."""


def look(name: str) -> Dict[str, Optional[str]]:
    """Return the version of a distribution (None: not installed), what is wrong with it, and the package's directory.

    A file that is gone, or is another one than was installed, is wrong: where two distributions install the
    same package, the one written last wins, and removing either breaks the other.
    """
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return {"version": None, "problem": None, "place": None}
    return {"version": found.version, "problem": _problem(name, found), "place": str(found.locate_file(""))}


def _problem(name: str, found: metadata.Distribution) -> Optional[str]:
    for file in found.files or ():
        if file.suffix != ".py" or file.parts[0] == "..":
            continue
        try:
            with open(str(found.locate_file(file)), "rb") as stream:
                content = stream.read()
        except OSError:
            return "its file {} is gone{}".format(file, _because(name, installed_beside=True))
        # Editable installs and some package managers write no hashes.
        if file.hash is not None and not _is(content, file.hash):
            return "its file {} is not the one that was installed{}".format(file, _because(name))
    return None


def _is(content: bytes, expected: Any) -> bool:
    try:
        digest = hashlib.new(expected.mode, content).digest()
    except ValueError:
        return True
    return bool(base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii") == expected.value)


def _because(name: str, *, installed_beside: bool = False) -> str:
    rival = RIVALS.get(name)
    if rival is None:
        return ""
    try:
        version = metadata.version(rival)
    except metadata.PackageNotFoundError:
        return ": {} was removed, which installs the same files".format(rival) if installed_beside else ""
    return ": {} {} installs the same files, and the two overwrite each other".format(rival, version)


if __name__ == "__main__":
    sys.stdout.write("smcontract " + json.dumps({name: look(name) for name in sys.argv[1:]}))
