"""After a restore: what went out since the backup does not go again, and what nobody can know waits for the owner."""
