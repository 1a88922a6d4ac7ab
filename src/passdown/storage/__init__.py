"""Pure I/O behind one port. Kinds are values: a new loop needs no migration."""
