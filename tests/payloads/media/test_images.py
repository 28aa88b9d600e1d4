"""Images, as Pillow reads them."""

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings

from serving import draw
from smcontract.payloads._types import NotReadable
from smcontract.payloads.media import Medium, Shape, any_image, jpeg, png
from smcontract.payloads.media._pictures import Picture, gradient

Image = pytest.importorskip("PIL.Image")

QUIET = settings(max_examples=15, database=None, suppress_health_check=list(HealthCheck), deadline=None)
MODES = [
    pytest.param(module.MEDIUM, mode, id=f"{module.MEDIUM.name} {mode}")
    for module in (png, jpeg)
    for mode in module.FORMS
]
ALL = [png.MEDIUM, jpeg.MEDIUM, any_image.MEDIUM]


def opened(body: bytes) -> Any:
    image = Image.open(io.BytesIO(body))
    image.load()
    return image


@pytest.mark.parametrize(("medium", "mode"), MODES)
def test_every_image_is_what_it_is_said_to_be(medium: Medium, mode: str) -> None:
    @QUIET
    @given(medium.valid(Shape(form=mode, rows=(1, 20), columns=(1, 20))))
    def property_of_images(body: bytes) -> None:
        image, told = opened(body), medium.decode(body)
        assert told == Picture(format=image.format, mode=mode, height=image.height, width=image.width)
        assert image.mode == mode

    property_of_images()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
def test_a_png_keeps_every_pixel(mode: str) -> None:
    pixels = gradient(9, 5, len(mode))
    assert np.array_equal(np.asarray(opened(png.write(pixels, mode))).reshape(pixels.shape), pixels)


def test_a_png_of_one_bit_is_black_and_white() -> None:
    pixels = np.array([[[0], [7]] * 5], np.uint8)
    assert np.asarray(opened(png.write(pixels, "1"))).tolist() == [[False, True] * 5]


@pytest.mark.parametrize("mode", jpeg.FORMS)
def test_a_jpeg_keeps_the_colour_of_each_block(mode: str) -> None:
    channels = len(mode)
    blocks = gradient(3, 5, channels)[:, :, :] * np.uint8(3)
    image = opened(jpeg.write(np.kron(blocks, np.ones((8, 8, 1), np.uint8)), mode))
    read = np.asarray(image).reshape(24, 40, channels)[::8, ::8].astype(int)
    assert np.abs(read - blocks).max() <= 3
    assert image.size == (40, 24)


@pytest.mark.parametrize("size", [1, 7, 8, 9, 224])
def test_a_jpeg_need_not_end_with_a_block(size: int) -> None:
    assert opened(jpeg.write(gradient(size, size + 1, 3))).size == (size + 1, size)


@pytest.mark.parametrize("medium", ALL, ids=lambda medium: medium.name)
def test_sizes_lie_within_the_bounds(medium: Medium) -> None:
    bodies = draw(medium.valid(Shape(rows=(3, 5), columns=(40, 300))), 20)
    sizes = {(medium.decode(body).height, medium.decode(body).width) for body in bodies}
    assert {height for height, _ in sizes} == {3, 4, 5}
    assert all(40 <= width <= 300 for _, width in sizes)
    assert len(sizes) > 10


@pytest.mark.parametrize(("medium", "mode"), MODES)
def test_an_image_shrinks_to_one_pixel(medium: Medium, mode: str) -> None:
    told = medium.decode(find(medium.valid(Shape(form=mode)), lambda body: True, settings=QUIET))
    assert (told.height, told.width) == (1, 1)


def test_an_image_shrinks_to_what_matters() -> None:
    body = find(png.valid(Shape()), lambda body: opened(body).height >= 7 and np.asarray(opened(body)).max() > 100)
    assert opened(body).size == (1, 7)
    assert np.unique(np.asarray(opened(body))).tolist() in ([0, 101], [101])


def test_plain_images_are_of_the_sizes_that_models_take() -> None:
    assert [opened(body).size[0] for body in png.plain()] == [32, 28, 224, 32]
    assert [opened(body).mode for body in jpeg.plain()] == ["RGB", "RGB", "L"]
    assert {opened(body).format for body in any_image.plain()} == {"PNG", "JPEG"}


@pytest.mark.parametrize("medium", ALL, ids=lambda medium: medium.name)
def test_what_pillow_reads_is_read_here_and_the_reverse(medium: Medium) -> None:
    for valid in medium.plain():
        for label, body in medium.malformed(valid):
            formats = {medium.name} if medium.name != "image" else {"PNG", "JPEG"}
            assert (format_of(body) in formats) == is_read(medium, body), label


def format_of(body: bytes) -> str | None:
    try:
        return str(opened(body).format)
    except Exception:
        return None


def is_read(medium: Medium, body: bytes) -> bool:
    try:
        medium.decode(body)
    except NotReadable:
        return False
    return True


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
def test_images_of_other_makers_are_read(format_: str, mode: str) -> None:
    if format_ == "JPEG" and mode in ("RGBA", "P"):
        pytest.skip("no JPEG has such pixels")
    buffer = io.BytesIO()
    Image.fromarray(gradient(30, 20, 3)).convert(mode).save(buffer, format=format_)
    medium = png.MEDIUM if format_ == "PNG" else jpeg.MEDIUM
    told = medium.decode(buffer.getvalue())
    assert (told.format, told.height, told.width) == (format_, 30, 20)
    assert format_ == "PNG" or told.mode == mode
