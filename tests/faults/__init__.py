"""Breaks the system on purpose while people use it, and checks that what it promised holds.

`python -m tests.faults` (`make faults`) starts a system of its own, natively, and puts three things beside it: a load
that records every request and what was answered (`load`, `history`), a nemesis that carries out a plan of faults
(`plan`, `nemesis`, `injections`), and, once everything has come to rest, a checker that compares the record with the
databases, the broker and the mail sink (`checker`). The same seed gives the same plan.
"""
