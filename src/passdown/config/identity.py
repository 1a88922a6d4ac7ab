"""Who is at the terminal. Environment variables can make a caller less, never more."""

from __future__ import annotations

import os
import pwd
import stat
import sys
from pathlib import Path

from passdown.domain.actor import Actor, Proof, agent, human
from passdown.domain.errors import Forbidden

AGENT_VARIABLES = (
    "AGENT",
    "AI_AGENT",
    "AMP_CURRENT_THREAD_ID",
    "ANTIGRAVITY_AGENT",
    "AUGMENT_AGENT",
    "CLAUDECODE",
    "CLAUDE_CODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLINE_ACTIVE",
    "CODEX_CI",
    "CODEX_SANDBOX",
    "CODEX_THREAD_ID",
    "CURSOR_AGENT",
    "CURSOR_TRACE_ID",
    "GEMINI_CLI",
    "OPENCODE",
    "OPENCODE_CALLER",
    "OPENCODE_CLIENT",
    "PI_CODING_AGENT",
    "COPILOT_CLI",
    "AIDER_CHAT",
    "GOOSE_TERMINAL",
    "QWEN_CODE",
    "REPLIT_AGENT",
    "TRAE_AI_SHELL_ID",
    "PASSDOWN_AGENT",
)
"""Set by the clients that run commands for a model."""

TOKEN_FILE = "PASSDOWN_TOKEN_FILE"


def identify_terminal() -> Actor:
    """A person when somebody sits at an interactive terminal and no agent runs us; else an
    agent, which proposes and never decides."""
    name = user_name()
    running = next((v for v in AGENT_VARIABLES if os.environ.get(v)), "")
    if running:
        return agent(f"agent:{name}")
    if _interactive():
        return human(name, Proof.TERMINAL)
    return agent(f"unattended:{name}")


def user_name() -> str:
    """The account's name, from the system and not from the environment."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid{os.getuid()}"


def token_from_file() -> str:
    """The review token a file holds; '' when none is named. Forbidden when others can read it."""
    return secret_of(os.environ.get(TOKEN_FILE, ""), "token")


def secret_of(named: str, what: str) -> str:
    """What a file holds that its owner alone can read; '' when none is named. Forbidden when
    others can, too."""
    if not named:
        return ""
    path = Path(named).expanduser()
    try:
        facts = path.stat()
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Forbidden(f"cannot read the {what} file: {error}", where=named) from error
    if stat.S_IMODE(facts.st_mode) & 0o077 or facts.st_uid != os.getuid():
        raise Forbidden(f"others can read the {what} file", where=named, next=f"chmod 600 {named}")
    return text


def secret_named(home: Path, named: str) -> str:
    """A secret by where it is: a name with a slash is a file, beside the store unless it says
    where; any other name is a variable. '' where there is none."""
    if "/" in named:
        return secret_of(str(home / Path(named).expanduser()), "secret")
    return os.environ.get(named, "").strip()


def _interactive() -> bool:
    try:
        return sys.stdin.isatty() and (sys.stdout.isatty() or sys.stderr.isatty())
    except (ValueError, AttributeError):
        return False
