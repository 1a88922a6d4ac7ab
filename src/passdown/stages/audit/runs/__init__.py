"""Running the tests of a change, where somebody said that this may be done: shut in, and within
bounds; what they say is read as the words of a stranger."""
