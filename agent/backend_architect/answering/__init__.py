"""Turns a question and the sections found for it into an answer: with a model, or without one."""
