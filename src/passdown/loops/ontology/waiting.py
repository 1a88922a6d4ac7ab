"""Sessions that were read into an ontology by name, and what of them waits at the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.corpus import Corpus
    from passdown.loops.ontology.known import Known

CLAIMS = "claims"
DIRECTED = "ontology"
"""The name under which a session says which ontology it was read into."""


def directed(corpus: Corpus) -> Mapping[str, str]:
    """Of each session that was read into an ontology, what that was called."""
    every = ((one.id, one.meta.get(DIRECTED)) for one in corpus.sessions())
    return {id: str(name) for id, name in every if name}


def waiting(corpus: Corpus, known: Known) -> frozenset[str]:
    """The keys of those into which a session was read of which a claim is still undecided."""
    told = directed(corpus)
    if not told:
        return frozenset()
    still = [p for p in corpus.kept.asked(CLAIMS) if p.open]
    seqs = {seq for p in still for seq in p.evidence}
    names = {told[o.session] for o in corpus.get(seqs) if o.session in told}
    found = (known.named(name) for name in names)
    return frozenset(one.key for one in found if one is not None)
