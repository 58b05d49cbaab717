"""Follow-up for wedding photographers: leads in one SQLite file, sequences in YAML, messages that go out once."""

__version__ = "0.1.0"
