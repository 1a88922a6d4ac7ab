"""`passdown mcp`: one agent's server over standard input and output."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import anyio
from mcp.server.stdio import stdio_server

from passdown.config.arguments import Arguments
from passdown.config.argv import split
from passdown.config.identity import user_name
from passdown.domain.actor import agent
from passdown.domain.errors import Unreadable
from passdown.ops import here
from passdown.surfaces.mcp.seat import Seat
from passdown.surfaces.mcp.server import build

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

FULL = ("full", "all")


def main(argv: list[str]) -> int:
    """Serve until the client goes away."""
    options, words = split(argv)
    said = _arguments().parse_args(words)
    if sys.stdin is None or sys.stdout is None:
        raise Unreadable(
            "standard input or output is closed", where="mcp", next="An MCP client starts it."
        )
    from passdown.app import open_app

    with open_app(store=options.store, flags=options.flags) as app:
        who = agent(f"agent:{said.agent or user_name()}")
        repo = here.repo() if said.repo is None else said.repo
        anyio.run(_serve, build(app, Seat(who, repo, said.agent), full=said.profile in FULL))
    return 0


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def _arguments() -> Arguments:
    known = Arguments("mcp", "Serve an agent over standard input and output.", "--repo web")
    repo = "the repository it works in; as named by the folder when left out, '' for none"
    known.add_argument("--repo", metavar="NAME", help=repo)
    known.add_argument("--agent", metavar="NAME", default="", help="which agent it is")
    which = "default: at most ten tools; full: everything that reads or asks, too"
    known.add_argument("--profile", choices=("default", "full"), default="default", help=which)
    known.add_argument(
        "--tools", dest="profile", choices=("default", "all"), help="another word for --profile"
    )
    return known
