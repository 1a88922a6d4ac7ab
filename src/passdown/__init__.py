"""passdown: what one session of an agent learned, approved by a person, reaches the next one."""

__version__ = "0.1.0"
