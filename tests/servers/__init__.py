"""Real PostgreSQL and RabbitMQ for tests: containers where a Docker engine answers, private native servers otherwise.

A keeper process starts one of each for a test run, shared by all of its xdist workers, and removes them when the run
has ended, in whatever way. Each worker has a database and a virtual host of its own.
"""
