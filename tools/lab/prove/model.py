"""A file of claims in docs/security/model: its claims, its faults, and the text for ProVerif.

The one query of a file lists its claims, each behind a comment that names it:

    (* claim NAME: what it says *)       must be true
    (* possible: what can happen *)      must be false: the model does not stand still
    (* equivalence NAME: what it says *) holds for the whole process; then there is no query

A comment "change:" has replacements that the file needs in the text. A comment "fault NAME:" has
replacements that break the claims it lists. What is replaced stands there word for word, as often
as it likes, but at least once.
"""

import itertools
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs/security/model"
LIBRARIES = {
    "introduction.pvl": ("Sites(", "Joining("),
    "handshake.pvl": ("Stations(", "Initiator(", "Sites("),
    "pairing.pvl": ("Hosts(",),
}
"""What several files are checked together with, and the processes of which a file uses one.

The last one comes first in the text for ProVerif."""
FASTER = "set redundancyElim = no.\n"
"""Halves the time of a proof without phases. What is proved is the same."""
COMMENT = re.compile(r"\(\*.*?\*\)", re.S)
CLAIM = re.compile(r"\(\* (claim|equivalence) ([a-z-]+): (.*?) \*\)|\(\* (possible): (.*?) \*\)",
                   re.S)
FAULT = re.compile(r"\(\* (change|fault ([a-z-]+)): (.*?)\*\)", re.S)
PAIR = re.compile(r"replace: (.*?)\n +by:(.*?)(?=\n +replace: |\s*\Z)", re.S)


class ModelError(Exception):
    """A file of claims that does not hold together."""


class Claim:
    def __init__(self, kind, name, text, query):
        self.kind, self.name, self.query = kind, name, query
        self.text = " ".join(text.split())


class Fault:
    def __init__(self, name, text, breaks, pairs):
        self.name, self.text, self.breaks, self.pairs = name, text, breaks, pairs


class Model:
    def __init__(self, path):
        self.name = path.stem
        self.source = path.read_text(encoding="utf-8")
        self.libraries = [name for name, processes in LIBRARIES.items()
                          if any(process in self.source for process in processes)]
        self._read_query()
        self._read_faults()
        self.check()

    def _read_query(self):
        """Splits the query into its head and one claim for each comment in it."""
        found = list(CLAIM.finditer(self.source))
        if not found:
            raise ModelError(f"{self.name}: no claim")
        self.claims, self.query, self.head = [], None, ""
        if found[0][1] == "equivalence":
            self.claims = [Claim("equivalence", found[0][2], found[0][3], "")]
            return
        start = self.source.rindex("\nquery ", 0, found[0].start()) + 1
        self.head = self.source[start:found[0].start()]
        for one, following in zip(found, [*found[1:], None]):
            end = following.start() if following else self._end_of_query(one.end())
            body = self.source[one.end():end].strip().rstrip(";.")
            kind = one[1] or one[4]
            self.claims.append(Claim(kind, one[2] or "possible", one[3] or one[5], body))
        self.query = (start, end)

    def _end_of_query(self, start):
        """Where the query ends: behind the first full stop at the end of a line."""
        return re.compile(r"\.$", re.M).search(self.source, start).end()

    def _read_faults(self):
        self.changes, self.faults = [], []
        for found in FAULT.finditer(self.source):
            text, *rest = re.split(r"\n +(?=replace:|breaks:)", found[3], maxsplit=1)
            pairs = [(old.strip(), new.strip()) for old, new in PAIR.findall(found[3])]
            if not pairs or not rest:
                raise ModelError(f"{self.name}: {found[1]}: nothing is replaced")
            if found[1] == "change":
                self.changes = pairs
                continue
            breaks = re.search(r"breaks: (.*)", found[3])
            if not breaks:
                raise ModelError(f"{self.name}: {found[1]}: it breaks nothing")
            self.faults.append(Fault(found[2], " ".join(text.split()), breaks[1].split(), pairs))

    def proved(self):
        """The claims that must be true."""
        return [claim for claim in self.claims if claim.kind != "possible"]

    def is_inductive(self):
        """Whether ProVerif uses the claims, for what came earlier, to prove them."""
        return "inductionQueries" in self.source

    def check(self):
        """Every claim has a fault, and every fault breaks claims that there are."""
        names = {claim.name for claim in self.proved()}
        broken = {name for fault in self.faults for name in fault.breaks}
        if names != broken:
            raise ModelError(f"{self.name}: a claim without fault, or a fault without claim: "
                             + " ".join(sorted(names ^ broken)))
        for fault in [None, *self.faults]:
            self.text(self.claims, fault)

    def text(self, claims, fault=None):
        """What ProVerif is given: the library if one is needed, and these claims alone."""
        source = self.source
        if self.query:
            # What can happen has queries of its own: ProVerif would take it for a step of an
            # induction, and begin again when it turns out to be false.
            groups = itertools.groupby(claims, lambda claim: claim.kind)
            query = "\n".join(self.head + ";\n  ".join(claim.query for claim in group) + "."
                              for _, group in groups)
            source = source[:self.query[0]] + query + source[self.query[1]:]
        for name in self.libraries:
            source = (FOLDER / name).read_text(encoding="utf-8") + source
        source = COMMENT.sub("", source)
        if not fault and "phase 1" not in source:
            source = FASTER + source
        for old, new in [*self.changes, *(fault.pairs if fault else [])]:
            if old not in source:
                where = f"{self.name}: {fault.name if fault else 'change'}"
                raise ModelError(f"{where}: the text has no {old!r}")
            source = source.replace(old, new)
        return source


def models(names=()):
    """The files with these names, or all of them."""
    paths = {path.stem: path for path in sorted(FOLDER.glob("*.pv"))}
    if unknown := [name for name in names if name not in paths]:
        raise ModelError(f"there is no model {unknown[0]}; there are: {' '.join(paths)}")
    return [Model(paths[name]) for name in names or paths]
