"""The contracts of all events: one module a publisher, each event a frozen dataclass that is also its marshmallow
schema.

Publishing validates against them, and so does receiving. A change only adds; what cannot be additive is a new type
beside the old one.
"""
