"""`python -m tests.servers.down`: end the test servers that this checkout keeps between test runs."""

from tests.servers import sharing

if __name__ == "__main__":
    sharing.remove_kept()
