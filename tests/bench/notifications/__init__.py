"""How fast mails are caused and sent, as ratios to bare code measured in the same run: `make bench-notifications`."""
