"""A tree with files of every sort, and what each is."""

from __future__ import annotations

from pathlib import Path

COPIES = 12
"""Services of one shape: enough files for a time that means something."""

_SERVICE = {
    "Dockerfile": 'FROM python\nENTRYPOINT ["./entry.sh"]\n',
    "entry.sh": '#!/bin/sh\nexec python -m {name}.main "$@"\n',
    "compose.yml": "services:\n  worker:\n    command: python /app/{name}/worker.py\n",
    "{name}/__init__.py": "",
    "{name}/main.py": "from {name} import api\nfrom {name}.load import load\n",
    "{name}/api.py": "from .model import Order\n\n\ndef create():\n    return Order()\n",
    "{name}/model.py": "class Order:\n    total = 0\n",
    "{name}/load.py": "from importlib import import_module\n\n\ndef load(kind):\n"
    '    return import_module(f"{name}.backends._{{kind}}")\n',
    "{name}/backends/__init__.py": "",
    "{name}/backends/_redis.py": "def connect():\n    return 1\n",
    "{name}/backends/spare.py": "def connect():\n    return 2\n",
    "{name}/worker.py": "from {name}.model import Order\nprint(Order)\n",
    "{name}/old_api.py": "from .model import Order\n\n\ndef make():\n    return Order\n",
    "{name}/older.py": "from {name} import old_api\n",
    "{name}/commented.py": "# import {name}.api\n# run()\n",
    "{name}/fake.py": "class FakeOrder:\n    total = 1\n",
    "{name}/hooks.py": "def on_load():\n    return 1\n",
    "setup.cfg": "[options.entry_points]\nplugins =\n    x = {name}.hooks:on_load\n",
    "scripts/fix_{name}.py": "import sys\nif __name__ == '__main__':\n    print(sys.argv)\n",
    "scripts/shown_{name}.py": "print(1)\n",
    "README.md": "Run `python scripts/shown_{name}.py` once.\n",
    "CHANGELOG.md": "- dropped {name}/commented.py\n",
    "tests/test_{name}.py": "from {name}.fake import FakeOrder\n\n\ndef test_it(): ...\n",
}
_CLASSES = {
    "{name}/main.py": "production", "{name}/api.py": "production", "{name}/model.py": "production",
    "{name}/load.py": "production", "{name}/backends/_redis.py": "production",
    "{name}/backends/spare.py": "dead", "{name}/worker.py": "production",
    "{name}/old_api.py": "dead", "{name}/older.py": "dead", "{name}/commented.py": "dead",
    "{name}/fake.py": "test_only", "{name}/hooks.py": "production",
    "scripts/fix_{name}.py": "manual", "scripts/shown_{name}.py": "documented",
    "tests/test_{name}.py": "test",
}  # fmt: skip


def planted(root: Path) -> dict[str, str]:
    """Write it; each file's class by its path."""
    wanted = {}
    for n in range(COPIES):
        name = f"shop{n}"
        for path, text in _SERVICE.items():
            place = root / f"services/{name}" / path.format(name=name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text.format(name=name))
        for path, cls in _CLASSES.items():
            wanted[f"services/{name}/{path.format(name=name)}"] = cls
    return wanted
