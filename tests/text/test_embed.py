"""Many texts are embedded as one is: the same features, the same weights, in any company."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, strategies as st

from passdown.text import vectors as one
from passdown.text.embed import BITS, cosine, cosines, embed

WORDS = st.sampled_from(["run", "the the the", "Tests!", "数据", "naïve", "x" * 90, "a_b", "", "?"])
TEXTS = st.lists(st.one_of(st.text(), st.lists(WORDS).map(" ".join)), max_size=20)


@given(TEXTS)
def test_each_row_is_what_one_text_alone_gives(texts: list[str]) -> None:
    many = embed(texts)
    assert len(many) == len(texts)
    for row, text in enumerate(texts):
        own = slice(*many.indptr[row : row + 2].tolist())
        alone = one.embed(text)
        assert many.indices[own].tolist() == sorted(alone)
        assert many.values[own].tolist() == pytest.approx([alone[i] for i in sorted(alone)])


@given(TEXTS.filter(bool), st.data())
def test_a_cosine_is_that_of_the_two_alone(texts: list[str], data: st.DataObject) -> None:
    left, right = (data.draw(st.integers(0, len(texts) - 1)) for _ in range(2))
    alone = one.cosine(one.embed(texts[left]), one.embed(texts[right]))
    assert cosine(embed(texts), left, right) == pytest.approx(alone, abs=1e-5)


def test_parts_of_many_texts_do_not_show() -> None:
    texts = [f"message {n} of {n % 7}" for n in range(1300)]
    many, rows = embed(texts), np.array([1299, 0, 700])
    some = embed([texts[row] for row in rows])
    assert many.take(rows).indices.tolist() == some.indices.tolist()
    assert cosines(many, np.arange(1300), np.arange(1300)).min() > 0.99999
    assert 1 << BITS == one.DIMENSIONS


def test_without_the_extra_it_says_how_to_get_it() -> None:
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "from passdown.domain.errors import Unavailable\n"
        "try:\n    import passdown.text.near\n"
        "except Unavailable as missing:\n    print(missing.next)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "pip install 'passdown[mine]'\n"
