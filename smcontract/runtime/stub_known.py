"""What is known of names in packages that are often missing: the few whose use tells nothing of the package."""

from __future__ import annotations

from typing import Any, Dict

ANSWERS: Dict[str, Any] = {
    # As on a container without a GPU, which is what this machine is taken for.
    "torch.cuda.is_available": False,
    "torch.cuda.device_count": 0,
    "torch.backends.mps.is_available": False,
    "torch.backends.mps.is_built": False,
    "tensorflow.test.is_gpu_available": False,
}
"""What calls of these answer."""

HARMLESS = frozenset(
    {
        "dotenv.load_dotenv",
        "matplotlib.use",
        "nltk.download",
        "torch.cuda.empty_cache",
        "torch.cuda.manual_seed",
        "torch.cuda.manual_seed_all",
        "torch.device",
        "torch.enable_grad",
        "torch.inference_mode",
        "torch.manual_seed",
        "torch.no_grad",
        "torch.set_grad_enabled",
        "torch.set_num_threads",
    }
)
"""Calls whose result says nothing of the data: names of devices, settings, ways to compute."""

LOGGERS = frozenset({"coloredlogs", "colorlog", "daiquiri", "logzero", "loguru", "structlog", "verboselogs"})
"""Packages that only write what they are told."""

THROUGH = frozenset({"tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.std.tqdm"})
"""Calls that hand on what they are given first: `for row in tqdm(rows)`."""


def is_harmless(path: str) -> bool:
    """Whether calling what stands under a dotted path has no consequence for the script."""
    return path in HARMLESS or path.partition(".")[0] in LOGGERS
