"""SQLModel tables, one row type per word of the design. They do not validate: input is parsed before it comes here.

Each is imported from its own module: making a table's class takes milliseconds, and most commands need a few of them.
`every.py` knows them all.
"""
