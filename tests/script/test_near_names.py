"""Names that come near a handler's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.script import Script
from smcontract.script.near_names import near_names

Read = Callable[..., Script]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("modelfn", "model_fn"),
        ("ModelFn", "model_fn"),
        ("model_function", "model_fn"),
        ("models_fn", "model_fn"),
        ("inputs_fn", "input_fn"),
        ("pre_process_fn", "input_fn"),
        ("predcit_fn", "predict_fn"),
        ("predic_fn", "predict_fn"),
        ("outputt_fn", "output_fn"),
        ("post_process_func", "output_fn"),
        ("train_fn", None),
        ("loss_fn", None),
        ("collate_fn", None),
        ("init_fn", None),
        ("preprocessor", None),
        ("predict_one", None),
        ("_modelfn", None),
    ],
)
def test_what_a_name_comes_near(read: Read, name: str, meant: str | None) -> None:
    parameters = "a" if meant == "model_fn" else "a, b"
    script = read(f"def {name}({parameters}): return a\ndef transform_fnn(*a): pass\nhandler_of = 1\n" + _others(meant))

    found = [near for near in near_names(script) if near.name == name]

    assert [near.meant for near in found] == ([meant] if meant else [])


def _others(meant: str | None) -> str:
    return "\n".join(
        f"def {n}(*a): return a" for n in ("model_fn", "input_fn", "predict_fn", "output_fn") if n != meant
    )


def test_whether_it_could_be_called_so(read: Read) -> None:
    one, other = near_names(read("def model_fn(d): pass\ndef input_func(a): pass\ndef predict_func(a, b): pass"))

    assert (one.name, one.fits, one.is_sure) == ("input_func", False, True)
    assert (other.name, other.fits, other.is_sure) == ("predict_func", True, True)
