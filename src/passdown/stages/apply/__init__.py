"""Stage apply: the only writer of records: Changes with before-images, and their undo."""
