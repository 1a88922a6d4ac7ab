"""Inventory: which files of a repository anything starts, and which nothing does."""
