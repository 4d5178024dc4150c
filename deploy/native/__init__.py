"""The whole system as native processes: private PostgreSQL, RabbitMQ and nginx, supervised, in one folder."""
