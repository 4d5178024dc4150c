"""The three services. They share nothing but events and the library in `shared`."""
