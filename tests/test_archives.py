"""Archives: what is unpacked, and what is refused in one line."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from smcontract.archives import extract, is_archive
from smcontract.errors import UsageError


def _archive(path: Path, *members: tuple[tarfile.TarInfo | str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member, content in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            if info.isreg():
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def _link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def _directory(member: str | tarfile.TarInfo) -> str | tarfile.TarInfo:
    if isinstance(member, str) and member.endswith("/"):
        info = tarfile.TarInfo(member)
        info.type = tarfile.DIRTYPE
        return info
    return member


@pytest.fixture
def out(tmp_path: Path) -> Path:
    directory = tmp_path / "out"
    directory.mkdir()
    return directory


def _error(archive: Path, out: Path, max_bytes: int = 10**6) -> str:
    with pytest.raises(UsageError) as caught:
        extract(archive, out, max_bytes=max_bytes)
    text = str(caught.value)
    assert text.startswith(f"{archive}: ")
    assert "\n" not in text
    return text.removeprefix(f"{archive}: ")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("model.tar.gz", True), ("MODEL.TAR.GZ", True), ("m.tgz", True), ("m.tar", False), ("m.gz", False)],
    ids=str,
)
def test_archives_are_told_by_their_name(name: str, expected: bool) -> None:
    assert is_archive(Path(name)) is expected


def test_files_come_out_as_they_went_in(tmp_path: Path, out: Path) -> None:
    archive = _archive(tmp_path / "m.tar.gz", ("./code/inference.py", b"x = 1\n"), ("model.bin", b"\0\1"))
    assert extract(archive, out) == out
    assert (out / "code/inference.py").read_bytes() == b"x = 1\n"
    assert (out / "model.bin").read_bytes() == b"\0\1"


def test_links_inside_are_kept(tmp_path: Path, out: Path) -> None:
    archive = _archive(tmp_path / "m.tar.gz", ("a.pt", b"weights"), (_link("b.pt", "a.pt"), b""))
    assert (extract(archive, out) / "b.pt").read_bytes() == b"weights"


@pytest.mark.parametrize(
    "member",
    [
        pytest.param("../outside.py", id="parent"),
        pytest.param("code/../../outside.py", id="parent below"),
        pytest.param(_link("link", "../.."), id="symbolic link"),
        pytest.param(_link("link", "/etc/passwd", tarfile.LNKTYPE), id="hard link"),
        pytest.param(_link("device", "", tarfile.CHRTYPE), id="device"),
        pytest.param(_link("pipe", "", tarfile.FIFOTYPE), id="pipe"),
    ],
)
def test_what_leads_out_is_refused(tmp_path: Path, out: Path, member: str | tarfile.TarInfo) -> None:
    archive = _archive(tmp_path / "m.tar.gz", (member, b""))
    assert _error(archive, out).startswith("holds a member that cannot be unpacked safely: ")
    assert not (tmp_path / "outside.py").exists()


def test_a_link_then_a_file_through_it_is_refused(tmp_path: Path, out: Path) -> None:
    archive = _archive(tmp_path / "m.tar.gz", (_link("way", ".."), b""), ("way/outside.py", b"x"))
    assert "safely" in _error(archive, out)
    assert not (tmp_path / "outside.py").exists()


@pytest.mark.parametrize(
    "member",
    [
        pytest.param("way/model.bin", id="a file"),
        pytest.param(_link("other", "way/../.."), id="a link"),
        pytest.param(_link("deep/other", "../way/below"), id="a link below"),
        pytest.param(_link("hard", "way/model.bin", tarfile.LNKTYPE), id="a hard link"),
        pytest.param(_link("hard", "way", tarfile.LNKTYPE), id="a hard link to a link"),
    ],
)
def test_nothing_leads_through_a_link(tmp_path: Path, out: Path, member: str | tarfile.TarInfo) -> None:
    """The disk is never asked where a chain of links ends: until Python 3.11.13 that could be deceived."""
    archive = _archive(tmp_path / "m.tar.gz", ("folder/model.bin", b"x"), (_link("way", "folder"), b""), (member, b"x"))
    assert _error(archive, out).endswith("leads through the link 'way'")
    assert list(out.iterdir()) == []


def test_a_link_to_a_folder_and_to_a_link_inside_are_kept(tmp_path: Path, out: Path) -> None:
    links = [(_link("code", "source"), b""), (_link("b.pt", "a.pt"), b""), (_link("c.pt", "b.pt"), b"")]
    archive = _archive(tmp_path / "m.tar.gz", *links, ("source/inference.py", b"x = 1"), ("a.pt", b"weights"))
    unpacked = extract(archive, out)
    assert (unpacked / "code/inference.py").read_bytes() == b"x = 1"
    assert (unpacked / "c.pt").read_bytes() == b"weights"


@pytest.mark.parametrize("name", ["/top/model.bin", "//top/model.bin"])
def test_an_absolute_name_is_refused(tmp_path: Path, out: Path, name: str) -> None:
    archive = _archive(tmp_path / "m.tar.gz", ("model.bin", b"x"), (name, b"x"))
    assert _error(archive, out) == f"holds a member that cannot be unpacked safely: {name!r} has an absolute path"
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("code/inference.py", "code/inference.py", id="the same"),
        pytest.param("code/inference.py", "./code//inference.py", id="spelled otherwise"),
        pytest.param("code", "code/", id="a file, then a directory"),
        pytest.param("code/", "code", id="a directory, then a file"),
        pytest.param(_link("code/inference.py", "../model.bin"), "code/inference.py", id="a link, then a file"),
    ],
)
def test_a_name_for_two_things_is_refused(
    tmp_path: Path, out: Path, first: str | tarfile.TarInfo, second: str | tarfile.TarInfo
) -> None:
    archive = _archive(tmp_path / "m.tar.gz", (_directory(first), b"1"), (_directory(second), b"2"))
    assert "twice, and which of the two counts is the unpacker's to choose" in _error(archive, out)
    assert list(out.iterdir()) == []


def test_a_directory_may_be_named_again(tmp_path: Path, out: Path) -> None:
    folders = [(_directory(name), b"") for name in ("./", "code/", "./code/")]
    archive = _archive(tmp_path / "m.tar.gz", *folders, ("./code/inference.py", b"x = 1"))
    assert (extract(archive, out) / "code/inference.py").read_bytes() == b"x = 1"


def _whole(tmp_path: Path) -> bytes:
    content = b"".join(b"%d squared is %d\n" % (i, i * i) for i in range(20_000))
    return _archive(tmp_path / "whole.tar.gz", ("model.txt", content)).read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: b"", id="empty"),
        pytest.param(lambda whole: b"not an archive", id="text"),
        pytest.param(lambda whole: gzip.compress(b"not a tar archive" * 100), id="no tar"),
        pytest.param(gzip.decompress, id="not compressed"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="cut in the middle"),
        pytest.param(lambda whole: whole[:-4], id="cut at the end"),
        pytest.param(lambda whole: whole[:-8] + b"\0\0\0\0" + whole[-4:], id="wrong checksum"),
        pytest.param(lambda whole: whole[:2000] + b"\xff" * 64 + whole[2064:], id="overwritten"),
    ],
)
def test_damage_is_one_line_and_nothing_is_unpacked(tmp_path: Path, out: Path, damage: object) -> None:
    assert callable(damage)
    archive = tmp_path / "m.tar.gz"
    archive.write_bytes(damage(_whole(tmp_path)))
    assert _error(archive, out).startswith("is no intact gzipped tar archive (")
    assert list(out.iterdir()) == []


def test_a_size_over_the_bound_is_refused_before_it_is_unpacked(tmp_path: Path, out: Path) -> None:
    archive = _archive(tmp_path / "m.tar.gz", ("a", b"\0" * 600), ("b", b"\0" * 600))
    assert _error(archive, out, max_bytes=1000).startswith("unpacks to more than 1000 bytes")
    assert list(out.iterdir()) == []


def test_bytes_behind_the_end_are_bounded_too(tmp_path: Path, out: Path) -> None:
    archive = tmp_path / "m.tar.gz"
    tar = gzip.decompress(_archive(tmp_path / "a.tar.gz", ("a", b"1")).read_bytes())
    archive.write_bytes(gzip.compress(tar + b"\0" * 3_000_000))
    assert _error(archive, out, max_bytes=10**6).startswith("holds more than 1000000 bytes behind")


def _raw(path: Path, *blocks: bytes) -> Path:
    """Write an archive whose headers say what they like."""
    with gzip.open(path, "wb", 1) as stream:
        for block in blocks:
            stream.write(block)
    return path


def _header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


def test_a_header_that_promises_much_and_brings_nothing(tmp_path: Path, out: Path) -> None:
    archive = _raw(tmp_path / "m.tar.gz", _header("a", 900_000), b"\0" * 1024)
    assert _error(archive, out).startswith("is no intact gzipped tar archive (")
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    "kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME], ids=["pax", "global", "long"]
)
def test_a_bomb_in_a_header_is_never_read(tmp_path: Path, out: Path, kind: bytes) -> None:
    size = 200 * 1024**2
    archive = _raw(tmp_path / "m.tar.gz", _header("x", size, kind), *[b"\0" * 1024**2] * 3)
    tracemalloc.start()
    assert _error(archive, out, max_bytes=10**9).startswith("holds a header of 2097")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * 1024**2
    assert list(out.iterdir()) == []


def test_headers_that_follow_headers_for_ever_are_refused(tmp_path: Path, out: Path) -> None:
    long = _header("././@LongLink", 5, tarfile.GNUTYPE_LONGNAME) + b"name\0".ljust(512, b"\0")
    archive = _raw(tmp_path / "m.tar.gz", long * 5000, _header("a", 0), b"\0" * 1024)
    assert "its headers are nested too deeply" in _error(archive, out)
    assert list(out.iterdir()) == []


def test_what_comes_out_counts_and_not_what_the_header_says(tmp_path: Path, out: Path) -> None:
    archive = _raw(tmp_path / "m.tar.gz", _header("a", 0), b"\0" * 3_000_000)
    assert _error(archive, out, max_bytes=10**6).startswith("holds more than 1000000 bytes behind")


@pytest.mark.parametrize(
    ("pack", "what"),
    [(bz2.compress, "it is compressed with bzip2"), (lzma.compress, "it is compressed with xz")],
    ids=["bzip2", "xz"],
)
def test_another_compression_is_named(tmp_path: Path, out: Path, pack: Callable[[bytes], bytes], what: str) -> None:
    archive = tmp_path / "m.tar.gz"
    archive.write_bytes(pack(gzip.decompress(_whole(tmp_path))))
    assert _error(archive, out) == f"is no intact gzipped tar archive ({what}); make it with `tar -czf`"


def test_an_endless_name_is_one_line(tmp_path: Path, out: Path) -> None:
    info = tarfile.TarInfo("/".join(["deep"] * 2000))
    archive = _archive(tmp_path / "m.tar.gz", (info, b"x"))
    assert _error(archive, out).startswith("is no intact gzipped tar archive (")


def test_a_missing_archive_is_one_line(tmp_path: Path, out: Path) -> None:
    assert "No such file" in _error(tmp_path / "gone.tar.gz", out)


def test_a_python_without_filters_is_refused(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = _archive(tmp_path / "m.tar.gz", ("a", b"1"))
    # Python 3.11.0 to 3.11.3.
    monkeypatch.delattr(tarfile, "data_filter")
    monkeypatch.delattr(tarfile, "FilterError")
    assert _error(archive, out) == "unpacking archives safely needs Python 3.11.4 or later"
    assert list(out.iterdir()) == []
