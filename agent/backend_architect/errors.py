"""Every exception, drawn as a tree.

ArchitectError
├── SettingsError            a setting has a value that cannot be used
├── GuideError               a guide, fact or source file breaks its format
├── PromptError              a prompt file and its use do not agree
├── QuestionError            the question cannot be taken (too long, not text)
└── ModelError               the configured endpoint did not give an answer
    ├── ModelUnreachable     no connection
    ├── ModelTimeout         no reply in time
    ├── ModelAuthentication  the key was refused
    ├── ModelNotFound        the endpoint does not know the model
    ├── ModelRateLimited     too many requests, after bounded retries
    ├── ModelContextExceeded the prompt is longer than the model takes
    └── ModelReplyInvalid    a reply came, but not a usable one
"""

from __future__ import annotations


class ArchitectError(Exception):
    """Base of everything a caller may want to catch."""


class SettingsError(ArchitectError):
    """A setting has a value that cannot be used."""


class GuideError(ArchitectError):
    """A guide, fact or source file breaks its format; the message names file and line."""


class PromptError(ArchitectError):
    """A prompt file and its use do not agree."""


class QuestionError(ArchitectError):
    """The question cannot be taken: too long, or not text."""


class ModelError(ArchitectError):
    """The configured endpoint did not give an answer."""


class ModelUnreachable(ModelError):
    """No connection to the endpoint."""


class ModelTimeout(ModelError):
    """No reply in time."""


class ModelAuthentication(ModelError):
    """The endpoint refused the key."""


class ModelNotFound(ModelError):
    """The endpoint does not know the model."""


class ModelRateLimited(ModelError):
    """The endpoint asked to slow down, and bounded retries did not help."""


class ModelContextExceeded(ModelError):
    """The prompt is longer than the model takes."""


class ModelReplyInvalid(ModelError):
    """A reply came, but it was empty, cut off or malformed."""
