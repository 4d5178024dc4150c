"""The way of a message: outbox → relay → RabbitMQ → consumer → inbox → processor → handler; see docs/architecture.md.

Nothing is lost, because each step commits before the one before it lets go; nothing is done twice, because the inbox
knows every event by its id.
"""
