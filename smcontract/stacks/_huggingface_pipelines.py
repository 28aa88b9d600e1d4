"""The default model of the Hugging Face inference toolkit: a pipeline of transformers or diffusers.

Source: `load` of handler_service.py, transformers_utils.py and diffusers_utils.py of
sagemaker-huggingface-inference-toolkit 2.6.0, without AWS Neuron.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional


# The later entry wins where several end a name.
_TASKS = {
    "TapasForQuestionAnswering": "table-question-answering",
    "ForQuestionAnswering": "question-answering",
    "ForTokenClassification": "token-classification",
    "ForSequenceClassification": "text-classification",
    "ForMultipleChoice": "multiple-choice",
    "ForMaskedLM": "fill-mask",
    "ForCausalLM": "text-generation",
    "ForConditionalGeneration": "text2text-generation",
    "MTModel": "text2text-generation",
    "EncoderDecoderModel": "text2text-generation",
    "GPT2LMHeadModel": "text-generation",
    "T5WithLMHeadModel": "text2text-generation",
}
_WITH_FEATURE_EXTRACTOR = frozenset(
    (
        "audio-classification",
        "automatic-speech-recognition",
        "image-classification",
        "image-segmentation",
        "object-detection",
        "zero-shot-image-classification",
    )
)
_TRUE = frozenset(("y", "yes", "t", "true", "on", "1"))
_FALSE = frozenset(("n", "no", "f", "false", "off", "0"))
TEXT_TO_IMAGE = "text-to-image"


def load(model_dir: str) -> Any:
    """Return a pipeline over a model directory; raises ValueError where nothing tells the task."""
    files = os.listdir(model_dir)
    if "HF_TASK" in os.environ:
        return pipeline_of(os.environ["HF_TASK"], model_dir)
    if "config.json" in files:
        task = task_of(os.path.join(model_dir, "config.json"))
        # Later requests are judged by it: some tasks take no CSV.
        os.environ["HF_TASK"] = task
        return pipeline_of(task, model_dir)
    if "model_index.json" in files:
        return pipeline_of(TEXT_TO_IMAGE, model_dir)
    raise ValueError(
        "You need to define one of the following {} or text-to-image as env 'HF_TASK'.".format(_supported()), 403
    )


def task_of(config: str) -> str:
    """Return the task for the first architecture that a config.json names.

    Raises ValueError for an unknown one, AttributeError where none is named.
    """
    import json

    with open(config, encoding="utf-8") as file:
        architecture = json.load(file).get("architectures", [None])[0]
    ends = [task for end, task in _TASKS.items() if architecture.endswith(end)]
    if not ends:
        raise ValueError(
            "Task couldn't be inferenced from {}.Inference Toolkit can only inference tasks from architectures "
            "ending with {}.Use env `HF_TASK` to define your task.".format(architecture, list(_TASKS))
        )
    return ends[-1]


def pipeline_of(task: str, model_dir: str) -> Any:
    """Return the pipeline for a task, with the tokenizer or feature extractor of the same directory."""
    device = 0 if _has_gpu() else -1
    trusts = _truth(os.environ.get("HF_TRUST_REMOTE_CODE", "False"))
    if task == TEXT_TO_IMAGE and _is_installed("diffusers"):
        return TextToImage(model_dir, "cuda" if device == 0 else "cpu")
    import transformers

    model_id = os.environ.get("HF_MODEL_ID")
    if trusts and model_id is not None and device == 0:
        return transformers.pipeline(
            task=task,
            model=model_id,
            tokenizer=transformers.AutoTokenizer.from_pretrained(model_id),
            trust_remote_code=trusts,
            model_kwargs={"device_map": "auto", "torch_dtype": "auto"},
        )
    beside = "feature_extractor" if task in _WITH_FEATURE_EXTRACTOR else "tokenizer"
    extra: Dict[str, Any] = {beside: model_dir}
    return transformers.pipeline(task=task, model=model_dir, device=device, trust_remote_code=trusts, **extra)


class TextToImage:
    """A diffusion pipeline that returns one image."""

    def __init__(self, model_dir: str, device: str) -> None:
        import torch
        from diffusers import DiffusionPipeline

        kind = torch.float32
        if device == "cuda":
            kind = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
        self.pipeline = DiffusionPipeline.from_pretrained(model_dir, torch_dtype=kind).to(device)

    def __call__(self, prompt: Any, **parameters: Any) -> Any:
        """Return the image of a prompt; asking for several gives one."""
        parameters.pop("num_images_per_prompt", None)
        return self.pipeline(prompt, num_images_per_prompt=1, **parameters).images[0]


def _supported() -> Any:
    try:
        from transformers.pipelines import SUPPORTED_TASKS
    except ImportError:
        return "tasks of transformers"
    return list(SUPPORTED_TASKS)


def _has_gpu() -> bool:
    if not _is_installed("torch"):
        return False
    import torch

    return torch.cuda.is_available()


def _is_installed(name: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(name) is not None


def _truth(text: str) -> Optional[bool]:
    lowered = text.lower()
    if lowered not in _TRUE | _FALSE:
        raise ValueError("invalid truth value {!r}".format(lowered))
    return lowered in _TRUE
