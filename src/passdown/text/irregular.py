"""English words whose forms no rule of spelling connects: `went` is looked for as `go`."""

from __future__ import annotations

_FORMS = """
go went gone|buy bought|find found|get got gotten|teach taught|write wrote written|run ran|win won
meet met|make made|take took taken|see saw seen|give gave given|come came|think thought|tell told
become became|feel felt|bring brought|begin began begun|keep kept|hold held|stand stood|hear heard
mean meant|pay paid|sit sat|speak spoke spoken|lead led|grow grew grown|lose lost|fall fell fallen
send sent|build built|understand understood|draw drew drawn|break broke broken|spend spent
rise risen|drive drove driven|wear wore worn|choose chose chosen|eat ate eaten|drink drank drunk
sing sang sung|swim swam swum|fly flew flown|ride rode ridden|throw threw thrown|catch caught
fight fought|sell sold|sleep slept|forget forgot forgotten|know knew known|show shown|say said
child children|man men|woman women|person people|wife wives|foot feet|tooth teeth|mouse mice
hang hung|hide hid hidden|steal stole stolen|shoot shot|stick stuck|strike struck|wake woke woken
freeze froze frozen|bite bit bitten|blow blew blown|dig dug|feed fed|shake shook shaken
sweep swept|tear tore torn|lend lent|bend bent|deal dealt|learn learnt|dream dreamt|burn burnt
seek sought|shrink shrank shrunk|spin spun|split|swear swore sworn|sink sank sunk|ring rang rung
""".replace("\n", "|")

BASE = {
    form: forms[0] for row in _FORMS.split("|") for forms in [row.split()] for form in forms[1:]
}
"""What each irregular form is a form of."""
