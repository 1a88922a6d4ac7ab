"""The seven verbs, one mechanism each: observe mine propose gate apply serve measure.

No stage imports another; `ops` says which runs after which.
"""
