"""Forgetting a couple: their rows, messages, files and log lines; what stays is counted and names nobody."""
