"""E-mail as bytes: from a letter to the message that goes over the wire."""
