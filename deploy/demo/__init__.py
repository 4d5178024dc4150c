"""The programme of 2016 to 2018 played through the whole system: `make demo`, and the end-to-end test."""
