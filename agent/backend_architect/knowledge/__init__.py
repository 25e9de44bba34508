"""Reads the guides: sections, sources, facts, the syllabus, and the contract they keep."""

from backend_architect.knowledge.contract import Finding, check
from backend_architect.knowledge.corpus import Corpus
from backend_architect.knowledge.listings import sync

__all__ = ["Corpus", "Finding", "check", "sync"]
