"""Speed of registration, as ratios to bare code measured in the same run: `make bench-registration`."""
