"""What leadnurture costs, as ratios to the plainest program that does the same; see docs/performance.md."""
