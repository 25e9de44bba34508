"""Ranks sections for a question: dense over passages and questions, lexical over words and identifiers, fused."""

from backend_architect.retrieval.search import Retriever

__all__ = ["Retriever"]
