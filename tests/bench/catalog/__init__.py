"""Speed of the catalog's responses, as ratios to references measured in the same run: `make bench-catalog`."""
