"""The static half of the contract: files are read, judged by what their source shows, and never run.

Standard library alone, and little of it: a pre-commit hook waits for this.
"""
