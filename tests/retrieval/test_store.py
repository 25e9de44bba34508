"""The embedded store is a cache: whatever happens to it, questions are answered and answered alike."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from backend_architect import resources
from backend_architect.retrieval import Retriever, store

QUESTIONS = ["How do I make POST safe to retry?", "deep pages are slow", "If-Match", "which style for a new service"]
KNOWLEDGE = resources.folder("knowledge")


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One area of the guides: a store of it is built in a second, and a dozen are built here."""
    small = tmp_path_factory.mktemp("small") / "knowledge"
    for name in ("guides", "questions", "index"):
        shutil.copytree(KNOWLEDGE / name / "api-design", small / name / "api-design")
    for name in ("sources", "facts.d", "facts.yaml", "technologies.yaml", "embedder"):
        (small / name).symlink_to(KNOWLEDGE / name)
    return small


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, knowledge: Path) -> Path:
    cache = tmp_path_factory.mktemp("cache")
    retriever = Retriever(cache=cache, knowledge=knowledge)
    assert retriever.build_store() == "chroma"
    retriever.close()
    return cache


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory, knowledge: Path) -> list[list[str]]:
    return ranking(Retriever(cache=tmp_path_factory.mktemp("exact"), knowledge=knowledge, choice="exact"))


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "copy"))


def ranking(retriever: Retriever) -> list[list[str]]:
    return [[hit.ref for hit in retriever.search(question, limit=10)] for question in QUESTIONS]


def directory(cache: Path) -> Path:
    return next(cache.glob("chroma-*"))


def test_chroma_and_exact_search_rank_alike(built: Path, knowledge: Path, exact: list[list[str]]):
    with closing(Retriever(cache=built, knowledge=knowledge, choice="chroma")) as retriever:
        through_chroma = ranking(retriever)

        assert retriever.store_name == "chroma"
    assert through_chroma == exact


@pytest.mark.timeout(400)
def test_through_the_whole_index_chroma_finds_the_same_first_section_and_nearly_always_the_same_five(tmp_path: Path):
    """An index of one area is too small for an approximate search to miss anything."""
    with closing(Retriever(cache=tmp_path, knowledge=KNOWLEDGE)) as retriever:
        questions = [section.also_asked[0] for section in retriever.corpus.sections if section.also_asked][::6]

        def ranked() -> list[list[str]]:
            return [[hit.ref for hit in retriever.search(question, limit=5)] for question in questions]

        exact = ranked()
        assert retriever.build_store() == "chroma"

        through_chroma = ranked()

    assert len(questions) > 100
    assert [refs[0] for refs in through_chroma] == [refs[0] for refs in exact]
    assert sum(one == other for one, other in zip(through_chroma, exact, strict=True)) >= 0.97 * len(questions)


def test_a_built_store_is_opened_again_without_a_rebuild(copy: Path, knowledge: Path):
    before = directory(copy).stat().st_ino
    with closing(Retriever(cache=copy, knowledge=knowledge)) as retriever:
        retriever.build_store()

    assert directory(copy).stat().st_ino == before


def garbage_in_vectors(path: Path) -> None:
    vectors = max(path.rglob("data_level0.bin"), key=lambda file: file.stat().st_size)
    vectors.write_bytes(os.urandom(vectors.stat().st_size))


def garbage_in_database(path: Path) -> None:
    (path / "chroma.sqlite3").write_bytes(b"not a database")


def missing_vectors(path: Path) -> None:
    for file in path.rglob("*.bin"):
        file.unlink()


def missing_manifest(path: Path) -> None:
    (path / "manifest.json").unlink()


def garbage_in_manifest(path: Path) -> None:
    (path / "manifest.json").write_bytes(b"\xff\x00{")


def crash_mark(path: Path) -> None:
    (path / ".opening-999999999").touch()


@pytest.mark.parametrize(
    "damage",
    [garbage_in_vectors, garbage_in_database, missing_vectors, missing_manifest, garbage_in_manifest, crash_mark],
)
def test_a_damaged_store_is_rebuilt_and_answers_alike(copy: Path, knowledge: Path, exact: list[list[str]], damage):
    damage(directory(copy))

    with closing(Retriever(cache=copy, knowledge=knowledge)) as retriever:
        assert retriever.build_store() == "chroma"
        assert ranking(retriever) == exact


def test_a_file_where_the_cache_folder_should_be_means_exact_search_that_says_so(
    tmp_path: Path, knowledge: Path, exact: list[list[str]]
):
    blocked = tmp_path / "cache"
    blocked.write_text("in the way", encoding="utf-8")

    with closing(Retriever(cache=blocked, knowledge=knowledge)) as retriever:
        name = retriever.build_store()

        assert name.startswith("exact (")
        assert str(blocked) in name
        assert ranking(retriever) == exact


BUILD = textwrap.dedent(
    """
    import sys
    from backend_architect import Architect
    with Architect(use_model=False, cache_dir=sys.argv[1]) as architect:
        print(architect.build_index(), flush=True)
        print(architect.ask("How do I make POST safe to retry?").citations[0].ref, flush=True)
    """
)


def start_build(cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(cache)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_kill_9_while_the_cache_is_built_leaves_nothing_in_the_way(tmp_path: Path):
    cache = tmp_path / "cache"
    victim = start_build(cache)
    deadline = time.monotonic() + 60
    while not list(cache.glob(".building-*/*")) and victim.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    killed_while_building = not list(cache.glob("chroma-*"))

    output, errors = start_build(cache).communicate(timeout=100)

    assert killed_while_building
    assert output.split() == ["chroma", "api-design/retries-idempotency-and-rate-limits#post-retry"], errors


def test_two_first_starts_at_once_both_answer_from_one_store(tmp_path: Path):
    cache = tmp_path / "cache"

    results = [process.communicate(timeout=100) for process in [start_build(cache), start_build(cache)]]

    for output, errors in results:
        assert output.split() == ["chroma", "api-design/retries-idempotency-and-rate-limits#post-retry"], errors
    assert len(list(cache.glob("chroma-*"))) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_cache_folder_means_exact_search(copy: Path, knowledge: Path, exact: list[list[str]]):
    copy.chmod(0o500)
    with closing(Retriever(cache=copy, knowledge=knowledge)) as retriever:
        assert ranking(retriever) == exact


def test_clearing_the_cache_removes_every_store(copy: Path):
    gone = store.clear(copy)

    assert {path.name.split("-")[0] for path in gone} == {"chroma", "corpus"}
    assert [path.name for path in copy.iterdir()] == ["build.lock"]


def test_equal_similarities_go_by_position():
    search = store.ExactSearch(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], dtype=np.float32))

    near = search.nearest(np.array([1.0, 0.0], dtype=np.float32), 3)

    assert [item.position for item in near] == [0, 2, 1]


# --- server --------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(tmp_path_factory.mktemp("server"))]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


def test_a_chroma_server_ranks_like_exact_search(
    chroma_server: str, tmp_path: Path, knowledge: Path, exact: list[list[str]]
):
    with closing(Retriever(cache=tmp_path, knowledge=knowledge, chroma_url=chroma_server)) as retriever:
        assert ranking(retriever) == exact
        assert retriever.store_name.startswith("chroma at 127.0.0.1:")
    with warnings.catch_warnings():
        # chromadb opens a connection of its own while it connects and leaves it to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        del retriever
        gc.collect()


def test_a_chroma_server_that_is_not_there_means_exact_search_that_says_so(
    tmp_path: Path, knowledge: Path, exact: list[list[str]]
):
    url = f"http://127.0.0.1:{free_port()}"
    with closing(Retriever(cache=tmp_path, knowledge=knowledge, chroma_url=url)) as retriever:
        assert ranking(retriever) == exact
        assert f"Chroma server {url} cannot be used" in retriever.store_name
