"""Reports of verdicts: terminal, HTML, JUnit, JSON, and a badge."""
