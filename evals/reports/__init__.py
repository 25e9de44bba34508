"""Reports drawn from the `Run` in run.json: Markdown, JUnit, HTML, CSV, JSON lines."""
