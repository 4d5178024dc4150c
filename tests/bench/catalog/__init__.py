"""How fast the catalog answers, as ratios to references measured in the same run: `make bench-catalog`."""
