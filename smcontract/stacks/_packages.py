"""The toolkit packages that a container always has, for scripts that import them where they are missing.

Only what scripts are known to use is here, and it behaves as in the stacks; asking for more ends like a
package that is not installed. A package that is installed always comes first.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import re
from types import ModuleType
from typing import Any, Callable, Dict, Optional, Sequence

from smcontract.stacks import _codecs, _containers_codecs, _dmatrix, _huggingface_codecs

_CONTENT_TYPES = {
    "JSON": _codecs.JSON,
    "CSV": _codecs.CSV,
    "NPY": _codecs.NPY,
    "OCTET_STREAM": "application/octet-stream",
    "ANY": "*/*",
    "UTF8_TYPES": [_codecs.JSON, _codecs.CSV],
}
_CONTENT_TYPE_HEADER = re.compile("^[Cc]ontent-?[Tt]ype")


class BaseInferenceToolkitError(Exception):
    """An error that names its own HTTP status, its text and the reason phrase."""

    __module__ = "sagemaker_inference.errors"

    def __init__(self, status_code: Any, message: Any, phrase: Any) -> None:
        self.status_code = status_code
        self.message = message
        self.phrase = phrase
        super().__init__(status_code, message, phrase)


class GenericInferenceToolkitError(BaseInferenceToolkitError):
    """The same with texts that can be left out."""

    __module__ = "sagemaker_inference.errors"

    def __init__(self, status_code: Any, message: Any = None, phrase: Any = None) -> None:
        message = message or "Invalid Request"
        super().__init__(status_code, message, phrase or message)


class DefaultInferenceHandler:
    """The default functions, as methods."""

    __module__ = "sagemaker_inference.default_inference_handler"

    def default_model_fn(self, model_dir: str, context: Any = None) -> Any:
        """Refuse."""
        raise NotImplementedError("Please provide a model_fn implementation.")

    def default_input_fn(self, input_data: Any, content_type: Any, context: Any = None) -> Any:  # noqa: ARG002
        """Decode a body."""
        return _codecs.decode(input_data, content_type)

    def default_predict_fn(self, data: Any, model: Any, context: Any = None) -> Any:
        """Refuse."""
        raise NotImplementedError("Please provide a predict_fn implementation.")

    def default_output_fn(self, prediction: Any, accept: str, context: Any = None) -> Any:  # noqa: ARG002
        """Encode a prediction."""
        return _codecs.encode_accepted(prediction, accept)


def _retrieve_content_type_header(request_property: Dict[str, str]) -> Optional[str]:
    names = [name for name in request_property if _CONTENT_TYPE_HEADER.match(name)]
    return request_property[names[0]] if names else None


def _remove_crlf(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _containers_response() -> Dict[str, Any]:
    from smcontract.stacks._flask_response import Response

    return {"Response": Response}


def _same(names: Dict[str, Any]) -> Callable[[], Dict[str, Any]]:
    return lambda: names


_FRAMEWORK = "sagemaker_containers.beta.framework"
_XGBOOST = "sagemaker_xgboost_container"
_HUGGINGFACE = "sagemaker_huggingface_inference_toolkit"
_CODECS_OF_CONTAINERS = {
    "encode": _containers_codecs.encode,
    "decode": _containers_codecs.decode,
    "array_to_json": _codecs.encode_json,
    "array_to_csv": _containers_codecs.encode_csv,
    "array_to_npy": _codecs.encode_npy,
    "json_to_numpy": _codecs.decode_json,
    "csv_to_numpy": _containers_codecs.decode_csv,
    "npy_to_numpy": _codecs.decode_npy,
}
_MODULES: Dict[str, Callable[[], Dict[str, Any]]] = {
    "sagemaker_inference": _same({}),
    "sagemaker_inference.content_types": _same(dict(_CONTENT_TYPES, NPZ=_codecs.NPZ)),
    "sagemaker_inference.errors": _same(
        {
            "UnsupportedFormatError": _codecs.UnsupportedFormatError,
            "BaseInferenceToolkitError": BaseInferenceToolkitError,
            "GenericInferenceToolkitError": GenericInferenceToolkitError,
        }
    ),
    "sagemaker_inference.decoder": _same({"decode": _codecs.decode}),
    "sagemaker_inference.encoder": _same({"encode": _codecs.encode, "SUPPORTED_CONTENT_TYPES": set(_codecs.ENCODABLE)}),
    "sagemaker_inference.utils": _same(
        {
            "parse_accept": _codecs.parse_accept,
            "remove_crlf": _remove_crlf,
            "retrieve_content_type_header": _retrieve_content_type_header,
        }
    ),
    "sagemaker_inference.default_inference_handler": _same({"DefaultInferenceHandler": DefaultInferenceHandler}),
    "sagemaker_containers": _same({}),
    "sagemaker_containers.beta": _same({}),
    _FRAMEWORK: _same({}),
    _FRAMEWORK + ".content_types": _same(_CONTENT_TYPES),
    _FRAMEWORK + ".encoders": _same(_CODECS_OF_CONTAINERS),
    _FRAMEWORK + ".errors": _same(
        {
            "ClientError": _containers_codecs.ClientError,
            "UnsupportedFormatError": _containers_codecs.UnsupportedFormatError,
        }
    ),
    _FRAMEWORK + ".worker": _containers_response,
    # Imported by many scripts out of habit.
    _FRAMEWORK + ".env": _same({}),
    _FRAMEWORK + ".modules": _same({}),
    _FRAMEWORK + ".transformer": _same({}),
    _FRAMEWORK + ".server": _same({}),
    "mms": _same({}),
    "mms.service": _same({"PredictionException": _huggingface_codecs.PredictionException}),
    _HUGGINGFACE: _same({}),
    _HUGGINGFACE + ".content_types": _same(_huggingface_codecs.CONTENT_TYPES),
    _HUGGINGFACE + ".decoder_encoder": _same(
        {
            "decode": _huggingface_codecs.decode,
            "decode_audio": _huggingface_codecs.decode_audio,
            "decode_csv": _huggingface_codecs.decode_csv,
            "decode_image": _huggingface_codecs.decode_image,
            "decode_json": _huggingface_codecs.decode_json,
            "encode": _huggingface_codecs.encode,
            "encode_csv": _huggingface_codecs.encode_csv,
            "encode_image": _huggingface_codecs.encode_image,
            "encode_json": _huggingface_codecs.encode_json,
        }
    ),
    _XGBOOST: _same({}),
    _XGBOOST + ".encoder": _same(
        {
            "csv_to_dmatrix": _dmatrix.decode_csv,
            "decode": _dmatrix.decode,
            "json_to_jsonlines": _dmatrix.json_to_jsonlines,
            "libsvm_to_dmatrix": _dmatrix.decode_libsvm,
            "recordio_protobuf_to_dmatrix": _dmatrix.decode_recordio,
        }
    ),
    # Imported by scripts that train too.
    _XGBOOST + ".data_utils": _same({}),
    _XGBOOST + ".distributed": _same({}),
}


PACKAGES = tuple(sorted({name for name in _MODULES if "." not in name}))
"""All packages of which something is here."""


class ContainerPackages(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the given toolkit packages; stands last on `sys.meta_path`.

    `otherwise` answers for names that are not here, by their dotted path.
    """

    def __init__(self, packages: Sequence[str], otherwise: Optional[Callable[[str], Any]] = None) -> None:
        self._packages = frozenset(packages)
        self._otherwise = otherwise

    def find_spec(
        self,
        fullname: str,
        path: Any = None,  # noqa: ARG002
        target: Any = None,  # noqa: ARG002
    ) -> Optional[importlib.machinery.ModuleSpec]:
        """Return the spec of a module that is provided here."""
        if fullname not in _MODULES or fullname.partition(".")[0] not in self._packages:
            return None
        is_package = any(name.startswith(fullname + ".") for name in _MODULES)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=is_package)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Optional[ModuleType]:  # noqa: ARG002
        """Leave the module to the import system."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its names, and ModuleNotFoundError for others: the container would have them."""
        home = module.__name__

        def absent(name: str) -> Any:
            full = "{}.{}".format(home, name)
            if full in _MODULES:
                return importlib.import_module(full)
            if name.startswith("__"):
                raise AttributeError(name)
            if self._otherwise is not None:
                return self._otherwise(full)
            raise ModuleNotFoundError("No module named {!r}".format(full), name=full)

        vars(module).update(_MODULES[home](), __getattr__=absent)
