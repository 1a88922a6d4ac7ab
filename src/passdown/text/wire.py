"""A plain result as the one line of JSON that every surface sends, safe on a terminal too."""

from __future__ import annotations

import json
from typing import Any

# JSON allows these raw inside strings; a terminal or a line reader may act on them.
_RISKY = {
    code: f"\\u{code:04x}"
    for start, end in ((0x7F, 0xA0), (0x200E, 0x2010), (0x2028, 0x202F), (0x2066, 0x206A))
    for code in range(start, end)
}
_ONE_LINE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode(value: Any) -> str:
    """The value as compact JSON on one line: the same text whoever asks, encodable as UTF-8."""
    text = _ONE_LINE.encode(value)
    if text.isascii() and "\x7f" not in text:
        return text
    return text.translate(_RISKY).encode("utf-8", "backslashreplace").decode()
