"""The world outside: SMTP, the outbox folder, and what else carries words to a couple or brings them from it."""
