"""The life of a sequence file outside `plan` and `apply`: begun, copied, switched, removed, described, carried over."""
