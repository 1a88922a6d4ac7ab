"""Pages about audits: which there were, one with its claims beside what shows them, what rules have
earned, and what starts each file. Only people say whether a finding was right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from passdown.domain.actor import agent
from passdown.surfaces.web.inventory import tree
from tests.desk import Desk
from tests.surfaces.audits import AFTER, audited, repository
from tests.surfaces.cockpit import Cockpit

HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return repository(tmp_path)


def test_audits_are_listed_the_newest_first_by_repository_and_verdict(
    at: Desk, web: Cockpit, shop: Path
) -> None:
    audited(at, shop)
    audited(at, shop, "- Adds `round_price`.\n", {"shop/cart.py": "def round_price(): ...\n"}, pr=7)
    client = web.browser()
    page = client.get("/audits").text
    assert page.index("acme/shop #7") < page.index("acme/shop #101")
    assert "2 of 2 claims hold" not in client.get("/audits?verdict=request_changes").text
    assert "#101" not in client.get("/audits?verdict=approve").text
    assert "No audit fits" in client.get("/audits?repo=other").text
    assert "Show more" in client.get("/audits?limit=1").text
    assert client.get("/audits?verdict=shrug").status_code == 422


def test_a_row_that_an_older_auditor_wrote_is_listed_too(at: Desk, web: Cockpit) -> None:
    file = at.app.places.root / at.app.settings.text("audit.outcomes")
    file.parent.mkdir(parents=True, exist_ok=True)
    row = {"kind": "audit", "pr_number": 3, "head_sha": "a" * 40, "overall": "approve",
           "one_liner": "fine", "findings": {}, "audited_at": "2025-01-01T00:00:00Z"}  # fmt: skip
    file.write_text(json.dumps(row) + "\n")
    page = web.browser().get("/audits").text
    assert "fine" in page
    assert "no repository #3" in page


def test_a_verdict_shows_each_claim_beside_the_lines_that_bear_on_it(
    at: Desk, web: Cockpit, shop: Path
) -> None:
    verdict = audited(at, shop)
    page = web.browser().get(f"/audits/{verdict['audit_key'][:8]}").text
    refuted, held = page.index("does not hold"), page.index(". holds")
    assert refuted < held
    assert "shop/cart.py:3" in page
    assert "stands here, untouched" in page
    assert '<pre class="came"><span class="mark-of">+</span> def round_price(): ...</pre>' in page
    assert '<pre class="went"><span class="mark-of">\N{MINUS SIGN}</span> def legacy_total' in page


def test_a_verdict_cites_the_audits_before_it(at: Desk, web: Cockpit, shop: Path) -> None:
    first = audited(at, shop)
    second = audited(at, shop, after={**AFTER, "notes.txt": "x\n"}, pr=102)
    page = web.browser().get(f"/audits/{second['audit_key']}").text
    assert "What earlier audits said" in page
    assert f'href="/audits/{first["audit_key"]}"' in page


def test_a_person_says_whether_a_finding_was_right_and_the_page_keeps_it(
    at: Desk, web: Cockpit, shop: Path
) -> None:
    verdict = audited(at, shop)
    key, finding = verdict["audit_key"], verdict["findings"][0]["fp"]
    told = {"finding": finding, "verdict": "dismissed", "reason": "it is called by name"}
    client = web.browser()
    assert client.post(f"/audits/{key}/feedback", json=told).json()["new"] is True
    page = client.get(f"/audits/{key}").text
    assert "<strong>dismissed</strong> by mira" in page
    assert "it is called by name" in page
    assert client.post(f"/audits/{key}/feedback", json={"finding": finding}).status_code == 422


def test_nobody_but_a_person_says_it(at: Desk, web: Cockpit, shop: Path) -> None:
    verdict = audited(at, shop)
    address = f"/audits/{verdict['audit_key']}"
    told = {"finding": verdict["findings"][0]["fp"], "verdict": "confirmed"}
    for client in (web.browser(None), web.browser(agent("agent:x"))):
        assert client.post(f"{address}/feedback", json=told).status_code == 403
    assert "data-say" not in web.browser(None).get(address).text
    assert at.call("audit.show", id=verdict["audit_key"])["said"] == []


@pytest.mark.parametrize(
    ("form", "end"),
    [("markdown", "md"), ("sarif", "sarif"), ("check-run", "json"), ("status", "json")],
)
def test_a_verdict_is_taken_along_as_a_file(
    form: str, end: str, at: Desk, web: Cockpit, shop: Path
) -> None:
    key = audited(at, shop)["audit_key"]
    answer = web.browser().get(f"/audits/{key}/export/{form}")
    assert answer.headers["content-disposition"] == f'attachment; filename="audit-{key}.{end}"'
    assert answer.text == at.call("audit.export", id=key, form=form)["text"]


def test_a_form_or_an_audit_that_there_is_not_is_no_file(
    at: Desk, web: Cockpit, shop: Path
) -> None:
    key = audited(at, shop)["audit_key"]
    assert web.browser().get(f"/audits/{key}/export/exe").status_code == 422
    assert web.browser().get("/audits/ffff/export/sarif").status_code == 404
    assert web.browser().get("/audits/..%2f..%2fetc/export/sarif").status_code in (404, 422)


def test_the_ladder_says_what_was_judged_and_leads_to_the_open_question(
    at: Desk, web: Cockpit, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = audited(at, shop)
    by = {one["rule"]: one["fp"] for one in verdict["findings"]}
    at.call("audit.feedback", id=verdict["audit_key"], finding=by["claims.removes"],
            verdict="confirmed")  # fmt: skip
    monkeypatch.setattr("passdown.ops.audits._asked", lambda _: {"claims.removes": "abc123"})
    page = web.browser().get("/audits/rules").text
    row = page[page.index('id="claims.removes"') :].partition("</tr>")[0]
    assert "21 %" in row
    assert 'href="/cards/abc123"' in row
    assert page.index('id="claims.removes"') < page.index('id="claims.adds_file"')


def test_what_others_wrote_in_an_audit_is_text(at: Desk, web: Cockpit, shop: Path) -> None:
    body = f"- Removes `old_rate` {HOSTILE}.\n- Adds `round_price` {HOSTILE}.\n"
    after = {"shop/cart.py": f"round_price = '''{HOSTILE}'''\n", f"{HOSTILE.replace('/', '')}": "x"}
    key = audited(at, shop, body, after, title=HOSTILE)["audit_key"]
    for address in ("/audits", f"/audits/{key}"):
        page = web.browser().get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


# ---- inventory


def test_an_inventory_is_a_tree_with_what_starts_each_file(
    at: Desk, web: Cockpit, shop: Path
) -> None:
    at.call("inventory", path=str(shop), out="")
    page = web.browser().get("/inventory").text
    assert "Inventory of shop" in page
    assert "pyproject.toml:5</code>" in page
    dead = page[page.index(">unused.py<") :].partition("</details>")[0]
    assert "Nothing starts it" in dead
    assert '<span class="act">delete</span>' in dead
    only = web.browser().get("/inventory?only=dead").text
    assert "unused.py" in only
    assert "main.py" not in only
    below = web.browser().get("/inventory?folder=tests").text
    assert "test_cart.py" in below
    assert "unused.py" not in below


def test_a_page_reads_no_folder_but_what_was_kept(at: Desk, web: Cockpit, shop: Path) -> None:
    assert "No inventory was taken yet" in web.browser(None).get("/inventory").text
    at.call("inventory", path=str(shop), out="", dry_run=True)
    assert "No inventory was taken yet" in web.browser(None).get("/inventory").text
    at.call("inventory", path=str(shop), out="")
    id = at.call("inventory.kept")["id"]
    (shop / "shop" / "unused.py").unlink()
    page = web.browser(None).get(f"/inventory?id={id}")
    assert "unused.py" in page.text
    assert str(shop) not in page.text
    assert web.browser(None).get("/inventory?id=ffff").status_code == 404
    assert web.browser(None).get("/inventory?id=../../etc").status_code == 422


def test_nobody_takes_an_inventory_of_where_the_server_stands(at: Desk, web: Cockpit) -> None:
    for name in ("inventory", "audit.range"):
        answer = web.browser(None).post(f"/api/op/{name}", json={})
        assert (name, answer.status_code) == (name, 403)
    assert at.call("inventory.kept")["inventories"] == []


def test_a_folder_with_too_much_in_it_is_one_to_step_into() -> None:
    files = [{"path": f"a/b{n % 3}/c{n}.py", "class": "dead"} for n in range(30)]
    files.append({"path": "a/own.py", "class": "manual"})
    wide = tree(files, "a", most=20)
    assert [(one.name, one.files, one.counts) for one in wide.folders] == [
        (f"b{n}", [], [("dead", 10)]) for n in range(3)
    ]
    assert [one["path"] for one in wide.files] == ["a/own.py"]
    assert [len(one.files) for one in tree(files, "a", most=40).folders] == [10, 10, 10]


PARCEL = "def weigh(): ...\ndef label(): ...\ndef send_off(): ...\n"
PARCEL_TS = "export function weigh() {}\nexport function label() {}\nexport function sendOff() {}\n"


def test_a_typescript_file_stands_where_it_is_with_what_it_is_like(
    at: Desk, web: Cockpit, shop: Path
) -> None:
    (shop / "shop" / "parcel.py").write_text(PARCEL)
    (shop / "web").mkdir()
    (shop / "web" / "parcel.ts").write_text(PARCEL_TS)
    at.call("inventory", path=str(shop), out="")
    page = web.browser().get("/inventory").text
    typed = page[page.index(">parcel.ts<") :].partition("</details>")[0]
    assert '<span class="class">typescript</span>' in typed
    assert "<code>shop/parcel.py</code>" in typed
    assert "1 typescript" in page
    dead = page[page.index(">parcel.py<") :].partition("</details>")[0]
    assert "<code>web/parcel.ts</code>" in dead
    assert '<span class="act">delete</span>' in dead
    assert "For its going speaks that " in dead
    assert "parcel.ts<" in web.browser().get("/inventory?folder=web").text
    assert ">parcel.ts<" not in web.browser().get("/inventory?folder=shop").text
    assert ">parcel.ts<" not in web.browser().get("/inventory?only=dead").text


def test_among_many_files_those_to_decide_on_come_first(at: Desk, web: Cockpit, shop: Path) -> None:
    assert "To look at first" not in _taken(at, web, shop)
    for n in range(50):
        (shop / "tests" / f"test_{n}.py").write_text("def test_it(): ...\n")
    page = _taken(at, web, shop)
    first = page[page.index("To look at first") :].partition("</section>")[0]
    assert first.count("<li>") == 1
    assert "shop/unused.py</a>" in first


def _taken(at: Desk, web: Cockpit, shop: Path) -> str:
    at.call("inventory", path=str(shop), out="")
    return web.browser().get("/inventory").text
