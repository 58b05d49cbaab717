"""Reports: one question, one module; queries in, frozen dataclasses out. They write nothing."""
