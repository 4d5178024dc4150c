"""Speed of queueing and sending emails, as ratios to bare code measured in the same run: `make bench-notifications`."""
