"""Bugs of ours that the checker must find, put into real processes: the checker that finds nothing in them is broken.

A process whose PYTHONPATH begins with this folder and whose SEEDED_BUG names one has it from its start on.
"""
