"""When an entry is public: publish, schedule, withdraw."""
