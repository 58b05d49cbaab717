"""How answers look: the only place that knows Rich. Each view is a function from a report to a renderable."""
