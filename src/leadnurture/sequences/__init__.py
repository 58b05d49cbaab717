"""The sequence language: parse, check, plan, apply."""
