"""Which stack a script is for, told from what it imports, the container's environment and the model's files.

What is chosen is the container that has the imported framework and was made for such scripts: the Hugging Face
container has torch too, and the XGBoost container scikit-learn.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Collection, Iterable, Iterator, Mapping, Optional, Tuple

MULTI_MODEL_VARIABLE = "SAGEMAKER_MULTI_MODEL"
_MULTI_MODEL = {"sklearn": "sklearn-mme", "xgboost": "xgboost-mme"}
# The first that is imported decides: the packages that one container alone has, then the frameworks.
_IMPORTS = (
    ("sagemaker_huggingface_inference_toolkit", "huggingface"),
    ("sagemaker_pytorch_serving_container", "pytorch"),
    ("sagemaker_mxnet_serving_container", "mxnet"),
    ("sagemaker_xgboost_container", "xgboost"),
    ("sagemaker_sklearn_container", "sklearn"),
    ("transformers", "huggingface"),
    ("torch", "pytorch"),
    ("mxnet", "mxnet"),
    ("xgboost", "xgboost"),
    ("sklearn", "sklearn"),
    ("joblib", "sklearn"),
)
_TORCH_FILES = (".pt", ".pth")
# What `save_pretrained` writes beside config.json.
_PRETRAINED = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
_NO_ENV: Mapping[str, str] = {}


def detect(imports: Iterable[str], model_files: Iterable[str], env: Mapping[str, str] = _NO_ENV) -> Tuple[str, str]:
    """Return a stack's name and the reason.

    `imports` are imported top-level names, `model_files` the names in the model directory, `env` the variables
    that the user set for the container: `HF_TASK` is read by the Hugging Face container alone, and
    `SAGEMAKER_MULTI_MODEL` makes the scikit-learn and XGBoost containers serve several models.
    """
    name, reason = _one_model(set(imports), sorted(model_files), env)
    # The containers ask whether the variable is set to anything at all.
    if env.get(MULTI_MODEL_VARIABLE) and name in _MULTI_MODEL:
        return _MULTI_MODEL[name], "{}, and {} is set".format(reason, MULTI_MODEL_VARIABLE)
    return name, reason


def _one_model(names: Collection[str], files: Collection[str], env: Mapping[str, str]) -> Tuple[str, str]:
    if env.get("HF_TASK"):
        return "huggingface", "HF_TASK is set"
    held = next(_by_file(files), None)
    for name, stack in _IMPORTS:
        if name not in names:
            continue
        if name == "transformers" and "torch" in names and held is not None and held[0] == "pytorch":
            return "pytorch", "the script imports torch and transformers, and {}".format(held[1])
        return stack, "the script imports {}".format(name)
    if "tensorflow" in names:
        return "inference", "the script imports tensorflow, whose own container calls none of these functions"
    return held or ("inference", "no framework import seen")


def _by_file(files: Collection[str]) -> Iterator[Tuple[str, str]]:
    found = (
        ("huggingface", _pretrained(files)),
        ("pytorch", _first(files, _TORCH_FILES)),
        ("mxnet", _first(files, ("-symbol.json",))),
        ("sklearn", _first(files, (".joblib",))),
        ("xgboost", "xgboost-model" if "xgboost-model" in files else None),
    )
    for stack, file in found:
        if file is not None:
            yield stack, "the model directory holds {}".format(file)


def _pretrained(files: Collection[str]) -> Optional[str]:
    weights = next((name for name in _PRETRAINED if name in files), None)
    return weights if "config.json" in files else None


def _first(files: Collection[str], suffixes: Tuple[str, ...]) -> Optional[str]:
    return next((file for file in files if file.endswith(suffixes)), None)
