"""What holds of every kind of body."""

import pytest
from hypothesis import HealthCheck, find, given, settings

from smcontract.payloads import media
from smcontract.payloads._malformed import is_unreadable
from smcontract.payloads._types import NotReadable
from smcontract.payloads.media import ANY, MEDIA, TYPES, Medium, Shape
from smcontract.payloads.media._medium import forms_of

QUIET = settings(max_examples=10, database=None, suppress_health_check=list(HealthCheck), deadline=None)
FORMS = [pytest.param(medium, form, id=f"{medium.name} {form}") for medium in MEDIA for form in medium.forms]
each_medium = pytest.mark.parametrize("medium", MEDIA, ids=lambda medium: medium.name)


def test_the_table_knows_each_type_once() -> None:
    assert len(TYPES) == sum(len(medium.types) for medium in MEDIA)
    assert all(name == name.lower() and "/" in name for name in TYPES)


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("application/json", "JSON"),
        ("application/vnd.acme+json; charset=utf-8", "JSON"),
        ("Text/CSV; header=present", "CSV"),
        ("application/x-npy", "NPY"),
        ("application/x-npz", "NPZ"),
        ("text/plain;charset=utf-8", "plain text"),
        ("application/jsonlines", "JSON Lines"),
        ("application/x-jsonlines", "JSON Lines"),
        ("text/libsvm", "LIBSVM"),
        ("text/x-libsvm", "LIBSVM"),
        ("application/x-recordio-protobuf", "RecordIO"),
        ("image/png", "PNG"),
        ("image/jpeg", "JPEG"),
        ("application/x-image", "image"),
        ("audio/wav", "WAV"),
        ("application/octet-stream", "bytes"),
    ],
)
def test_a_medium_is_found_by_its_type(content_type: str, name: str) -> None:
    found = media.find(content_type)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("content_type", ["application/x-unknown", "", None])
def test_a_type_of_unknown_form_has_none(content_type: str | None) -> None:
    assert media.find(content_type) is None
    with pytest.raises(KeyError):
        media.decode(b"", content_type)


@each_medium
def test_plain_bodies_are_small_the_same_each_time_and_readable(medium: Medium) -> None:
    bodies = medium.plain()
    assert bodies == medium.plain()
    assert len(set(bodies)) == len(bodies) >= 1
    assert max(map(len, bodies)) < 10_000
    for body in bodies:
        medium.decode(body)


@pytest.mark.parametrize(("medium", "form"), FORMS)
def test_valid_bodies_are_readable(medium: Medium, form: str) -> None:
    @QUIET
    @given(medium.valid(Shape(form=form)))
    def property_of_bodies(body: bytes) -> None:
        medium.decode(body)

    property_of_bodies()


@each_medium
def test_any_form_may_be_asked_for(medium: Medium) -> None:
    assert medium.decode(find(medium.valid(Shape(form=ANY)), lambda body: True, settings=QUIET)) is not None
    assert forms_of(Shape(form=ANY), medium.forms) == medium.forms
    assert forms_of(Shape(), medium.forms) == medium.forms[:1]
    with pytest.raises(KeyError):
        medium.valid(Shape(form="no such form"))


@each_medium
def test_valid_bodies_shrink_to_small_ones(medium: Medium) -> None:
    shrunk = find(medium.valid(Shape()), lambda body: True, settings=QUIET)
    assert len(shrunk) <= len(medium.plain()[0])


@each_medium
def test_malformed_bodies_are_told_apart(medium: Medium) -> None:
    for valid in (*medium.plain(), b"", b"\x00"):
        found = list(medium.malformed(valid))
        assert len({label for label, _ in found}) == len(found) >= 4
        assert found == list(medium.malformed(valid))
        assert sum(len(body) for _, body in found) < 50_000


@each_medium
def test_what_is_called_unreadable_is_not_read(medium: Medium) -> None:
    unreadable = [body for valid in medium.plain() for label, body in medium.malformed(valid) if is_unreadable(label)]
    for body in unreadable:
        with pytest.raises(NotReadable):
            medium.decode(body)


@each_medium
@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\x00", b"\x00" * 64, b"PK\x05\x06"], ids=["empty", "BOM", "NUL", "ZIP"]
)
def test_a_body_that_is_none_is_told_by_one_exception(medium: Medium, body: bytes) -> None:
    problem = problem_with(medium, body)
    assert problem is None or problem.startswith("it is not ")
    assert "\n" not in (problem or "")


def problem_with(medium: Medium, body: bytes) -> str | None:
    try:
        medium.decode(body)
    except NotReadable as problem:
        return str(problem)
    return None
