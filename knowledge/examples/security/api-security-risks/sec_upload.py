"""Uploads: a handler that believes the client's name and type, and one that believes neither."""

from __future__ import annotations

import io
import secrets
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath


# region vulnerable
def save_vulnerable(folder: Path, filename: str, content_type: str, body: bytes) -> Path:
    if content_type not in ("image/png", "image/jpeg"):  # a claim of the client
        raise ValueError("images only")
    target = folder / filename  # ../../ and absolute names leave the folder
    target.write_bytes(body)
    return target


# endregion vulnerable


# region fixed
class Rejected(Exception):
    """413 for size, 415 for type."""


KINDS = {  # extension we will use -> (first bytes, type we will serve)
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "pdf": (b"%PDF-", "application/pdf"),
}
MAX_BYTES = 10_000_000


def save(quarantine: Path, chunks: Iterable[bytes], max_bytes: int = MAX_BYTES) -> tuple[Path, str]:
    """Streams to a random name outside the web root; nothing in it comes from the client except the bytes."""
    target = quarantine / secrets.token_hex(16)
    size, head = 0, b""
    try:
        with target.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:  # counted while reading: Content-Length is only a claim
                    raise Rejected(413)
                head = (head + chunk)[:16] if len(head) < 16 else head
                file.write(chunk)
        kind = next((k for k, (magic, _type) in KINDS.items() if head.startswith(magic)), None)
        if kind is None:
            raise Rejected(415)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target, KINDS[kind][1]  # next: scan, re-encode images, then move to final storage


# endregion fixed


# region serve
def download_headers(name: str, content_type: str) -> dict[str, str]:
    safe = "".join(c for c in name if c.isascii() and (c.isalnum() or c in "-_. "))[:100] or "file"
    return {
        "Content-Type": content_type,  # what we detected, not what was sent
        "Content-Disposition": f'attachment; filename="{safe}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }


# endregion serve


# region archive
def read_archive(data: bytes, max_files: int = 100, max_total: int = 50_000_000) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        if len(members) > max_files:
            raise Rejected(413)
        for member in members:
            path = PurePosixPath(member.filename)
            if path.is_absolute() or ".." in path.parts or "\\" in member.filename:
                raise Rejected(415)  # zip slip
            if stat.S_ISLNK(member.external_attr >> 16):
                raise Rejected(415)
            with archive.open(member) as stream:  # the sizes in the directory are claims too
                content = stream.read(max_total - total + 1)
            total += len(content)
            if total > max_total:
                raise Rejected(413)
            files[member.filename] = content
    return files


# endregion archive
