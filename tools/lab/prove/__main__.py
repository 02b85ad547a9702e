"""Runs ProVerif on every claim and every planted fault, and says what it found; see tools/prove."""

import argparse
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

from . import install
from .model import ModelError, models

LONGEST = 1200
"""Seconds for one run: a model that takes longer is not proved."""
SUMMARY = "\nVerification summary:\n"
VERDICT = re.compile(r"^(?: - )?(?:Query|Weak secret|Observational equivalence)\b.*?"
                     r"(is true|is false|cannot be proved)\b", re.M)
"""In the summary each claim comes once. Before it, a claim of an induction may come twice."""
NOWHERE = """\
tools/prove: there is no ProVerif here, so NOTHING WAS PROVED.
No Debian has a package of it, and opam (a Debian package) could not install it, or is not there.
PROVERIF=PATH names one that you have."""


class Prover:
    """ProVerif, and how much of the processor it has used."""

    def __init__(self, path):
        self.path = path

    def version(self):
        done = subprocess.run([self.path, "-help"], capture_output=True, text=True, check=False)
        found = re.search(r"[Pp]ro[Vv]erif ([0-9.]+[0-9])", done.stdout + done.stderr)
        return found[1] if found else None

    def verdicts(self, text):
        """([what it says of each claim, in order], seconds of the processor, why there is none)."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        with tempfile.NamedTemporaryFile("w", suffix=".pv", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            try:
                done = subprocess.run([self.path, file.name], capture_output=True, text=True,
                                      timeout=LONGEST, check=False)
                said = done.stdout
                why = "" if done.returncode == 0 else \
                    ["it ended", *(said + done.stderr).strip().splitlines()][-1]
            except subprocess.TimeoutExpired:
                said, why = "", f"not done after {LONGEST} s"
        took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        return VERDICT.findall(said.partition(SUMMARY)[2]), took, why


def run(prover, model, claims, fault=None):
    """[(claim, verdict)] and the seconds of the processor."""
    found, took, why = prover.verdicts(model.text(claims, fault))
    if len(found) != len(claims):
        found = [f"not decided ({why or 'no result'})"] * len(claims)
    if model.is_inductive():
        found = together(claims, found)
    return list(zip(claims, found)), took


def together(claims, found):
    """The verdicts where claims are used to prove each other: all of a kind, or none.

    If one of them does not hold, ProVerif puts them in another order.
    """
    verdicts = {}
    for claim, verdict in zip(claims, found):
        verdicts.setdefault(claim.kind, set()).add(verdict)
    return [verdict if len(verdicts[claim.kind]) == 1 else "not decided (one of them fails)"
            for claim, verdict in zip(claims, found)]


def line(is_good, took, name, words):
    print(f"  {'ok  ' if is_good else 'FAIL'} {took:7.1f} s  {name}: {words}", flush=True)


def prove(prover, model):
    """How many of a model's claims are proved, and how many lines are not as they must be."""
    print(f"{model.name}", flush=True)
    proved, failures = set(), 0
    verdicts, took = run(prover, model, model.claims)
    for claim, verdict in verdicts:
        is_good = verdict == ("is false" if claim.kind == "possible" else "is true")
        if is_good and claim.kind != "possible":
            proved.add(claim.name)
        failures += not is_good
        words = {"is true": "", "is false": "an attack: "}.get(verdict, f"{verdict}: ")
        if claim.kind == "possible":
            words = "" if is_good else f"cannot happen ({verdict}): "
        line(is_good, took, claim.name, words + claim.text)
        took = 0.0
    for fault in model.faults:
        claims = [claim for claim in model.claims if claim.name in fault.breaks]
        verdicts, took = run(prover, model, claims, fault)
        missed = [claim.name for claim, verdict in verdicts if not is_found(claim, verdict)]
        proved -= set(missed)
        failures += bool(missed)
        text = f"{fault.text} Found" if not missed else \
            f"{fault.text} NOT FOUND by {' '.join(missed)} ({verdicts[0][1]})"
        line(not missed, took, f"fault {fault.name}", text)
    return len(proved), failures


def is_found(claim, verdict):
    """Whether a fault was seen. Of an equivalence ProVerif says no more than that it has none."""
    return verdict == "is false" or \
        (claim.kind == "equivalence" and verdict == "cannot be proved")


def listed(found):
    for model in found:
        print(model.name)
        for claim in model.claims:
            print(f"  {claim.name}: {claim.text}")
        for fault in model.faults:
            print(f"    fault {fault.name}: {fault.text} It breaks {', '.join(fault.breaks)}.")


def main():
    words = argparse.ArgumentParser(prog="tools/prove", add_help=False)
    words.add_argument("--list", action="store_true")
    words.add_argument("--print", metavar="FILE[:FAULT]")
    words.add_argument("names", nargs="*")
    asked = words.parse_args()
    try:
        if asked.print:
            name, _, fault = asked.print.partition(":")
            (model,) = models([pathlib.Path(name).stem])
            faults = {fault.name: fault for fault in model.faults}
            if fault and fault not in faults:
                raise ModelError(f"{model.name} has no fault {fault}")
            print(model.text(model.claims, faults.get(fault)))
            return 0
        found = models(asked.names)
    except ModelError as error:
        print(f"tools/prove: {error}", file=sys.stderr)
        return 2
    if asked.list:
        listed(found)
        return 0
    path = install.found()
    if not path and (named := os.environ.get("PROVERIF")):
        print(f"tools/prove: {named} (PROVERIF) is no program", file=sys.stderr)
        return 2
    path = path or install.installed()
    prover = Prover(path) if path else None
    if not prover or not prover.version():
        print(NOWHERE, file=sys.stderr)
        return 3
    print(f"ProVerif {prover.version()}; seconds are of one processor", flush=True)
    totals = [prove(prover, model) for model in found]
    proved, failures = (sum(column) for column in zip(*totals))
    claims = sum(len(model.proved()) for model in found)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    print(f"proved {proved} of {claims} claims, each with a planted fault that was found; "
          f"{failures} lines failed; {spent:.0f} s")
    return 0 if not failures and proved == claims else 1


if __name__ == "__main__":
    sys.exit(main())
