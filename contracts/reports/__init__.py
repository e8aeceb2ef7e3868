"""What judges say, told to people and machines: terminal, HTML, JUnit, JSON, a badge."""
