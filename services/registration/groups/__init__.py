"""Groups of colleagues that wait until the address of who registers them is proved."""
