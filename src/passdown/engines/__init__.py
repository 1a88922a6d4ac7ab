"""Models behind small ports. Everything works with none configured."""
