"""The book of business: leads, timeline, scoring, sources, tasks, conversions, consent."""
