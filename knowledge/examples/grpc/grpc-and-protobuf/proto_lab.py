"""Compiles .proto text in memory, so that old and new versions of one message can meet in a test."""

from __future__ import annotations

import sys
import tempfile
from importlib import resources
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc

WELL_KNOWN = str(resources.files("grpc_tools") / "_proto")


def messages(source: str, package: str = "lab") -> dict[str, type]:
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "lab.proto", Path(folder) / "lab.bin"
        path.write_text(source)
        arguments = ["protoc", f"-I{folder}", f"-I{WELL_KNOWN}", f"--descriptor_set_out={out}", "--include_imports", str(path)]
        if protoc.main(arguments) != 0:
            raise ValueError("protoc refused the file")
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    found = message_factory.GetMessageClassesForFiles(["lab.proto"], pool)
    return {name.removeprefix(f"{package}."): cls for name, cls in found.items()}


def generate_stubs(folder: Path, *protos: Path) -> None:
    """Generated code stays out of the repository: it belongs to the build."""
    for proto in protos:
        arguments = ["protoc", f"-I{proto.parent}", f"-I{WELL_KNOWN}", f"--python_out={folder}", f"--grpc_python_out={folder}", str(proto)]
        if protoc.main(arguments) != 0:
            raise ValueError("protoc refused the file")
    sys.path.insert(0, str(folder))
