"""People who were erased, so that late events about them are dropped."""
