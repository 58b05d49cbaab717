"""Sequences in the first seed's form: the camelCase JSON body of its API, read into our language and written back."""
