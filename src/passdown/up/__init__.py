"""What a person types first: `up`, `demo` and `init`."""
