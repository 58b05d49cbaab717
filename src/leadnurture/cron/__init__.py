"""Letting the computer run what is due every few minutes: a crontab entry, a systemd user timer or a launchd agent.

What is to be written is made by pure functions (`*_text.py`); one module for each kind takes it there and back.
"""
