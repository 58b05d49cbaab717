"""A photographer's own spreadsheet: read, matched to fields, imported, and exported again."""
