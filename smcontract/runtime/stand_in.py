"""What takes the model's place where none is to be had: it answers row by row, whatever it is asked.

It stands for a model of any library, for what such a model holds (`model["tokenizer"]`), and for the tokenizer
beside it. What is asked of it decides what it is. That it was asked is noted, so that what a request shows can be
told from what the stand-in itself brought about.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from smcontract.runtime.stand_in_answers import (
    WIDTH,
    Flavour,
    answer,
    encoding,
    need_decoded,
    need_texts,
    need_width,
    rows_of,
)

CALL = "__call__"

SELF = frozenset(
    "bfloat16 compile cpu cuda double eval evaluate_mode float freeze half merge_and_unload module requires_grad_ "
    "share_memory to to_bettertransformer to_empty train tie_weights unmerge_adapter copy deepcopy".split()
)
"""Methods that give the model back."""
NOTHING = frozenset(
    "close load_state_dict load_weights load_model set_params set_param resize_token_embeddings "
    "set_adapter add_special_tokens load_adapter compile_predict build reset".split()
)
TEXTS = frozenset({"batch_decode", "convert_ids_to_tokens", "tokenize"})
TEXT = frozenset({"decode", "convert_tokens_to_string", "apply_chat_template"})
IDS = frozenset({"convert_tokens_to_ids", "texts_to_sequences"})
ENCODINGS = frozenset({"encode_plus", "batch_encode_plus", "prepare_for_model", "pad"})
NUMBERS = {
    "n_features_in_": 3,
    "n_outputs_": 1,
    "num_labels": 2,
    "max_length": 128,
    "model_max_length": 128,
    "max_position_embeddings": 128,
    "hidden_size": 3,
    "vocab_size": 100,
    "eos_token_id": 1,
    "pad_token_id": 0,
    "bos_token_id": 2,
    "cls_token_id": 3,
    "sep_token_id": 4,
    "mask_token_id": 5,
    "unk_token_id": 6,
    "best_iteration": 1,
    "best_ntree_limit": 1,
    "threshold": 0.5,
}
WORDS = {
    "eos_token": "</s>",
    "pad_token": "<pad>",
    "bos_token": "<s>",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
    "unk_token": "<unk>",
    "name_or_path": "stand-in",
    "model_type": "stand-in",
}
_OF_TOKENIZERS = frozenset({"return_tensors", "padding", "truncation", "max_length", "add_special_tokens"})
_TAKES_TEXTS = frozenset({"encode_plus", "batch_encode_plus"})
_OF_MEDIA = frozenset({"audio", "audios", "images", "raw_speech", "sampling_rate"})
_MANY_EACH = ("pred_contribs", "pred_leaf")
"""Keywords with which a booster answers several numbers for each row."""


class StandInError(Exception):
    """What is asked is nothing that a stand-in can answer."""


class State:
    """What the stand-ins of one script share: how they answer, and whether they were asked."""

    def __init__(self, flavour: str) -> None:
        self.flavour: Flavour = flavour
        self.any_width = False
        self.width = WIDTH
        self.of_arrays = False
        self.touched = False


class StandIn:
    """A model, or something that a model holds, that is not there."""

    def __init__(self, state: State, path: str, *, method: str = CALL, names: Tuple[str, ...] = ()) -> None:
        self.__dict__.update(_state=state, _path=path, _method=method, _names=names, _held={})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError("{} is a stand-in for the model and has no {!r}".format(self._path, name))
        self._state.touched = True
        return self._part(name, "." + name, name)

    def __getitem__(self, key: Any) -> Any:
        self._state.touched = True
        if not isinstance(key, (str, int)):
            raise StandInError("{} is a stand-in for the model and has no {!r}".format(self._path, key))
        return self._part(str(key), "[{!r}]".format(key), CALL)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._held["[{!r}]".format(key)] = value

    def __setattr__(self, name: str, value: Any) -> None:
        self._held["." + name] = value

    def __contains__(self, key: Any) -> bool:
        self._state.touched = True
        return isinstance(key, str)

    def __iter__(self) -> Iterator[Any]:
        self._state.touched = True
        names = self._names or ("0", "1")
        parts = [self._part(name, "[{}]".format(place), CALL) for place, name in enumerate(names)]
        for name, part in zip(self._names, parts):
            if isinstance(part, StandIn):
                # What the script calls it says what it is.
                part.__dict__["_path"] = name
        return iter(parts)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Answer as the method would that this is: an array, a tensor, a text, or the model itself."""
        self._state.touched = True
        return respond(self, arguments, keywords)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    def __repr__(self) -> str:
        return "<stand-in for {}>".format(self._path)

    def __hash__(self) -> int:
        return id(self)

    def _part(self, name: str, suffix: str, method: str) -> Any:
        if suffix in self._held:
            return self._held[suffix]
        if name in NUMBERS:
            return NUMBERS[name]
        if name in WORDS:
            return WORDS[name]
        make = VALUES.get(name)
        if make is not None:
            return make()
        self._held[suffix] = StandIn(self._state, self._path + suffix, method=method)
        return self._held[suffix]


def respond(asked: StandIn, arguments: Tuple[Any, ...], keywords: Dict[str, Any]) -> Any:
    """Return what a method of the model, or the model itself, answers."""
    state: State = vars(asked)["_state"]
    path: str = vars(asked)["_path"]
    method: str = vars(asked)["_method"]
    if method == "get":
        default = arguments[1] if len(arguments) > 1 else None
        return StandIn(state, path) if default is None else default
    if method in SELF:
        return StandIn(state, path.rpartition(".")[0])
    if method in NOTHING:
        return None
    if method in _CALLS:
        return _CALLS[method]()
    data = next((value for value in (*arguments, *keywords.values()) if rows_of(value) is not None), None)
    if data is None and arguments and isinstance(arguments[0], (int, float)):
        data = [arguments[0]]
    if method in TEXT:
        return "an answer"
    if method in TEXTS:
        return ["an answer"] * (rows_of(data) or 1)
    of_tokenizer = bool(_OF_TOKENIZERS & set(keywords)) and method not in ("generate", "predict")
    if of_tokenizer or method in _TAKES_TEXTS:
        need_texts(data, only="tokenizer" in path.lower() and not _OF_MEDIA & set(keywords))
    if method in IDS or (method == "encode" and of_tokenizer):
        return [2, 7, 1]
    if method in ENCODINGS or of_tokenizer:
        return encoding(data, keywords.get("return_tensors"))
    if data is None:
        return StandIn(state, path + "()")
    need_decoded(data)
    by_keyword = not any(rows_of(value) is not None for value in arguments)
    if not state.any_width and not by_keyword:
        need_width(method, data, state.width, of_arrays=state.of_arrays)
    if any(keywords.get(name) for name in _MANY_EACH):
        method = "transform"
    return answer(method, data, state.flavour, by_keyword=by_keyword, of_arrays=state.of_arrays)


def _parameters() -> Iterator[Any]:
    try:
        import torch
    except ImportError:
        return iter(())
    return iter([torch.zeros(1)])


def _classes() -> Any:
    import numpy

    return numpy.array([0, 1])


def _device() -> Any:
    try:
        import torch
    except ImportError:
        return "cpu"
    return torch.device("cpu")


def _labels() -> Dict[Any, str]:
    return {key: "LABEL_{}".format(place) for place in range(3) for key in (place, str(place))}


def _names() -> List[str]:
    return ["first", "second", "third"]


VALUES: Dict[str, Callable[[], Any]] = {
    **dict.fromkeys(("class_names", "classes", "labels", "label_names", "target_names", "categories"), _names),
    "classes_": _classes,
    "device": _device,
    "id2label": _labels,
    "label2id": lambda: {"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2},
    "training": lambda: False,
}
"""What a model holds that is no part that could be asked."""

_CALLS: Dict[str, Callable[[], Any]] = {
    "parameters": _parameters,
    "state_dict": dict,
    "get_params": dict,
    "num_parameters": lambda: 1,
}


class InPlaceOfModelFn:
    """Called in the place of the script's `model_fn`: calls that, and returns a stand-in for what it did not load."""

    def __init__(self, function: Any, module: Any, uses: Dict[str, Any]) -> None:
        # `inspect.signature` follows this name: the toolkits count parameters.
        if function is not None:
            self.__wrapped__ = function
        self._function = function
        self._module = module
        self._uses = uses
        self.state = State(uses.get("flavour") or "scores")
        self.state.any_width = bool(uses.get("any_width"))
        self.state.width = int(uses.get("width") or WIDTH)
        self.state.of_arrays = bool(uses.get("of_arrays"))

    def __call__(self, model_dir: Any, *more: Any) -> Any:
        """Return the stand-in, and put others in the place of the globals that `model_fn` would have bound."""
        try:
            if self._function is not None:
                self._function(model_dir, *more)
        except Exception:
            # Known already: it is why there is a stand-in.
            pass
        for name in self._uses.get("globals") or ():
            if getattr(self._module, name, None) is None:
                setattr(self._module, name, StandIn(self.state, name))
        return StandIn(self.state, "model", names=tuple(self._uses.get("names") or ()))


def put_in_place(module: Any, uses: Optional[Dict[str, Any]]) -> Optional[InPlaceOfModelFn]:
    """Have a module's `model_fn` answered by a stand-in; None where there is none, or no module."""
    if module is None or uses is None:
        return None
    function = InPlaceOfModelFn(getattr(module, "model_fn", None), module, uses)
    module.model_fn = function
    return function


def is_stand_in(value: Any) -> bool:
    """Whether a value is a stand-in."""
    return isinstance(value, StandIn)
