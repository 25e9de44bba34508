"""Metrics that need no model; each says value, not applicable, or unscored with a reason."""
