"""The program document: schemas, references by slug, YAML and JSON."""
