"""The ontologies into which something is being read: sessions of theirs have claims at the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.loops.ontology.known import Known

CLAIMS = "claims"
DIRECTED = "ontology"
"""The name under which a session says which ontology it was read into."""


def waiting(corpus: Corpus, known: Known) -> frozenset[str]:
    """The keys of those to which a session was directed of which a claim is still undecided."""
    directed = {
        session.id: str(session.meta[DIRECTED])
        for session in corpus.sessions()
        if session.meta.get(DIRECTED)
    }
    if not directed:
        return frozenset()
    open_ones = [p for p in corpus.kept.asked(CLAIMS) if p.open]
    seqs = {seq for p in open_ones for seq in p.evidence}
    names = {directed[o.session] for o in corpus.get(seqs) if o.session in directed}
    found = (known.named(name) for name in names)
    return frozenset(one.key for one in found if one is not None)
