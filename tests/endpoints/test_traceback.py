"""What is told of a failure by the traceback that the toolkit sends."""

from __future__ import annotations

import textwrap

from smcontract.endpoints._traceback import read_traceback

SITE = "/site-packages/sagemaker_inference"


def text_of(source: str) -> str:
    return textwrap.dedent(source).lstrip("\n")


def test_of_a_script() -> None:
    failure = read_traceback(
        text_of(f"""
        bad
        Traceback (most recent call last):
          File "{SITE}/transformer.py", line 128, in transform
            result = self._run_handler_function(
                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          File "{SITE}/transformer.py", line 222, in _default_transform_fn
            data = self._run_handler_function(self._input_fn, *(input_data, content_type))
                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          File "/code/inference.py", line 5, in input_fn
            raise ValueError("bad")
        ValueError: bad
        of two lines
        """)
    )
    assert failure is not None
    assert (failure.stage, failure.by, failure.type, failure.module) == ("input_fn", "script", "ValueError", "builtins")
    assert failure.message == "bad\nof two lines"
    (frame,) = failure.frames
    assert (frame.file, frame.line, frame.function) == ("/code/inference.py", 5, "input_fn")
    assert frame.code == 'raise ValueError("bad")'
    assert not failure.toolkit_error


def test_of_a_default_of_an_old_toolkit() -> None:
    failure = read_traceback(
        text_of(f"""
        Traceback (most recent call last):
          File "{SITE}/transformer.py", line 215, in _default_transform_fn
            data = self._input_fn(input_data, content_type)
          File "{SITE}/default_inference_handler.py", line 43, in default_input_fn
            return decoder.decode(input_data, content_type)
          File "{SITE}/decoder.py", line 118, in decode
            raise errors.UnsupportedFormatError(content_type)
        sagemaker_inference.errors.UnsupportedFormatError: Content type text/x is not supported.
        """)
    )
    assert failure is not None
    assert (failure.stage, failure.type, failure.toolkit_error) == ("input_fn", "UnsupportedFormatError", True)
    assert (failure.by, failure.frames) == ("default", ())


def test_of_a_body_that_is_not_utf8() -> None:
    failure = read_traceback(
        text_of(f"""
        Traceback (most recent call last):
          File "{SITE}/transformer.py", line 126, in transform
            input_data = input_data.decode("utf-8")
        UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte
        """)
    )
    assert failure is not None
    assert (failure.stage, failure.by, failure.type) == ("body", "default", "UnicodeDecodeError")


def test_of_an_import() -> None:
    failure = read_traceback(
        text_of(f"""
        Traceback (most recent call last):
          File "{SITE}/transformer.py", line 175, in validate_and_initialize
            self._validate_user_module_and_set_functions()
          File "{SITE}/transformer.py", line 205, in _validate_user_module_and_set_functions
            user_module = importlib.import_module(user_module_name)
          File "<frozen importlib._bootstrap>", line 1204, in _gcd_import
          File "/code/inference.py", line 1, in <module>
            import absent.part
        ModuleNotFoundError: No module named 'absent'
        """)
    )
    assert failure is not None
    assert (failure.stage, failure.by, failure.missing_module) == ("import", "script", "absent")
    assert [frame.file for frame in failure.frames] == ["/code/inference.py"]


def test_the_last_of_a_chain_counts() -> None:
    failure = read_traceback(
        text_of("""
        Traceback (most recent call last):
          File "/code/inference.py", line 3, in predict_fn
            table[key]
        KeyError: 1

        During handling of the above exception, another exception occurred:

        Traceback (most recent call last):
          File "/code/inference.py", line 5, in predict_fn
            raise RuntimeError
        RuntimeError
        """)
    )
    assert failure is not None
    assert (failure.type, failure.message) == ("RuntimeError", "")


def test_what_is_no_traceback() -> None:
    assert read_traceback("just a text") is None
    assert read_traceback("Traceback (most recent call last):\n") is None
    assert read_traceback("Traceback (most recent call last):\n  File") is None
