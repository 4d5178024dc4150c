"""Real PostgreSQL and RabbitMQ for tests: containers if a Docker engine answers, private native servers otherwise.

A keeper process starts one of each for a checkout and keeps them between its test runs, until `make test-down`, or
until nobody has used them for half an hour. Each worker of a run has a slot: databases and a virtual host of its own.
"""
