"""The use cases: the only layer that says which stage runs after which.

`catalogue` finds an operation by its name through the generated manifest, so that a surface
loads the one it needs and no other.
"""
