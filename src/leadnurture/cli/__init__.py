"""The commands: argv in, one call, one view out. Importing this package loads nothing heavy."""
