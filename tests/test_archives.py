"""Archives: what is unpacked, and what is refused in one line."""

from __future__ import annotations

import gzip
import io
import tarfile
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


def test_an_absolute_name_stays_inside(tmp_path: Path, out: Path) -> None:
    archive = _archive(tmp_path / "m.tar.gz", ("/top/model.bin", b"x"))
    assert (extract(archive, out) / "top/model.bin").read_bytes() == b"x"


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


def test_a_missing_archive_is_one_line(tmp_path: Path, out: Path) -> None:
    assert "No such file" in _error(tmp_path / "gone.tar.gz", out)


def test_a_python_without_filters_is_refused(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = _archive(tmp_path / "m.tar.gz", ("a", b"1"))
    # Python 3.11.0 to 3.11.3.
    monkeypatch.delattr(tarfile, "data_filter")
    monkeypatch.delattr(tarfile, "FilterError")
    assert _error(archive, out) == "unpacking archives safely needs Python 3.11.4 or later"
    assert list(out.iterdir()) == []
