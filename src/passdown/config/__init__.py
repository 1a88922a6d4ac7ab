"""The only reader of the environment and of configuration files.

A value's origin is kept with it: default < control < file < env < flag.
"""

from passdown.config.identity import identify_terminal, secret_named, secret_of, token_from_file
from passdown.config.load import load
from passdown.config.places import Places, environment, places
from passdown.config.snapshot import snapshots

__all__ = [
    "Places",
    "environment",
    "identify_terminal",
    "load",
    "places",
    "secret_named",
    "secret_of",
    "snapshots",
    "token_from_file",
]
