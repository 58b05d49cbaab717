"""Trying before it counts: the same engine over a copy of the studio in memory, on a clock that jumps."""
