"""Saying again what the catalog has published, for services whose copies of it are wrong."""
