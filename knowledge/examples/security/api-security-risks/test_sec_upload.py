from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from sec_upload import Rejected, download_headers, read_archive, save, save_vulnerable

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
HTML = b"<script>alert(document.cookie)</script>"


def test_path_traversal_and_fake_type_work_on_the_vulnerable_one(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    (tmp_path / "app.py").write_text("original")
    save_vulnerable(folder, "../app.py", "image/png", b"attacker's code")
    assert (tmp_path / "app.py").read_text() == "attacker's code"
    assert save_vulnerable(folder, "x.html", "image/png", HTML).read_bytes() == HTML


def test_fixed_picks_the_name_and_detects_the_type(tmp_path: Path) -> None:
    path, kind = save(tmp_path, [PNG[:3], PNG[3:]])
    assert path.parent == tmp_path and kind == "image/png" and path.suffix == ""


@pytest.mark.parametrize(("chunks", "status"), [([HTML], 415), ([], 415), ([PNG, b"x" * 2000], 413)])
def test_refused_and_nothing_left_behind(tmp_path: Path, chunks: list[bytes], status: int) -> None:
    with pytest.raises(Rejected) as refused:
        save(tmp_path, chunks, max_bytes=1000)
    assert refused.value.args[0] == status and list(tmp_path.iterdir()) == []


def test_limit_stops_the_reading(tmp_path: Path) -> None:
    read = 0

    def endless():
        nonlocal read
        while True:
            read += 1
            yield b"x" * 100

    with pytest.raises(Rejected):
        save(tmp_path, endless(), max_bytes=1000)
    assert read == 11


def archive(name: str, content: bytes = b"x", mode: int = 0o100644) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        out.writestr(info, content)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/passwd", "a/../../b", "..\\evil.txt"])
def test_zip_slip(name: str) -> None:
    with pytest.raises(Rejected):
        read_archive(archive(name))


def test_symlink_and_bomb() -> None:
    with pytest.raises(Rejected):
        read_archive(archive("link", b"/etc/passwd", mode=0o120777))
    bomb = archive("zeros", b"\0" * 1_000_000)
    assert len(bomb) < 2000
    with pytest.raises(Rejected):
        read_archive(bomb, max_total=100_000)
    assert read_archive(archive("a/b.txt", b"hi")) == {"a/b.txt": b"hi"}


def test_header_injection_in_the_name() -> None:
    headers = download_headers('a"\r\nSet-Cookie: x=1\n.html', "image/png")
    assert headers["Content-Disposition"] == 'attachment; filename="aSet-Cookie x1.html"'
