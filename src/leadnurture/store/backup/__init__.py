"""Copies of the database: made whole and checked, never over another file; the daily ones thinned out with time.

Importing this package loads nothing heavy: an idle `run --once` makes the daily copy, too.
"""
