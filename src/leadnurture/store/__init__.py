"""Tables, opening the file, migrations. Importing this package loads nothing heavy."""
