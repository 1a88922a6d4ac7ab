"""Ways to call the operations: each is generated from them, none knows another."""
