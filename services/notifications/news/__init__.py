"""What is new in the programme, for those who want to hear of it."""
