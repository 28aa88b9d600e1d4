from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import smcontract
from smcontract.cli import described, main
from smcontract.errors import UsageError
from tests_support_cli import Said, Start

COMMANDS = ["test", "resolve", "invoke", "replay", "checks", "explain"]
