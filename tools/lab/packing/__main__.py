"""Makes the packages that are asked for; see tools/package."""

import argparse
import os
import pathlib
import shutil
import sys
import time

from cross import CrossError, locked, provide, run
from cross.debian import CODENAMES, TRIPLETS
from cross.embedded import Builder
from cross.emulator import launcher
from cross.sysroot import CACHE, unpacked

from . import materials
from .tree import Tree, is_changed

ROOT = pathlib.Path(__file__).parents[3]


def make(tree, release, arch, output, fresh):
    """Builds and packs for one Debian and architecture, into the folder `output`."""
    begin = time.monotonic()
    sysroot = unpacked(release, arch, fresh)
    built = ROOT / ".build/package" / sysroot.folder.name
    programs = Builder(tree.folder, sysroot, built).build()
    words = launcher(arch, sysroot, CACHE)
    run(*words, programs[0], "--self-test")
    tree.lay(programs, words)
    packages = tree.pack(sysroot, release)
    complaints = run("lintian", "--allow-root", "--fail-on", "none", *packages).strip()
    if complaints:
        raise CrossError(f"lintian says:\n{complaints}")
    for program in programs:
        text, data, zeros = run("size", program).splitlines()[1].split()[:3]
        print(f"{program.stat().st_size:12,} bytes  {program.name}: {int(text):,} of code and "
              f"constants, {int(data):,} of data, and {int(zeros):,} of zeros when it runs")
    for path in packages:
        print(f"{path.stat().st_size:12,} bytes  {path.name}")
    name = packages[0].stem
    notes = tree.folder.parent / f"{name}.spdx.json"
    notes.write_text(materials.document(tree, packages, sysroot.packages), encoding="utf-8")
    sums = tree.folder.parent / f"{name}.sha256"
    sums.write_text("".join(f"{materials.digest(path)}  {path.name}\n"
                            for path in [*packages, notes]), encoding="ascii")
    for path in [*packages, notes, sums]:
        shutil.move(path, output / path.name)
    print(f"tools/package: Debian {release}, {arch}, {time.monotonic() - begin:.0f} s")


def main():
    parser = argparse.ArgumentParser(prog="tools/package", add_help=False)
    own = run("dpkg", "--print-architecture").strip()
    parser.add_argument("--arch", choices=TRIPLETS)
    parser.add_argument("--debian", type=int, choices=CODENAMES)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--output", default=ROOT / ".build/packages")
    asked = parser.parse_args()
    if asked.all and (asked.arch or asked.debian):
        parser.error("--all makes those of every --arch and --debian")
    kinds = [(release, arch) for release in CODENAMES for arch in TRIPLETS]
    if not asked.all:
        kinds = [(asked.debian or 12, asked.arch or own)]
    place = ROOT / ".build/package/tree"
    try:
        provide()
        output = pathlib.Path(os.environ.get("FROM", "."), asked.output).absolute()
        output.mkdir(parents=True, exist_ok=True)
        with locked(place, "packages are being made here already"):
            tree = Tree(ROOT, place)
            if is_changed(ROOT):
                print("tools/package: what is not committed is in no package", file=sys.stderr)
            for release, arch in kinds:
                make(tree, release, arch, output, asked.fresh)
    except (CrossError, OSError) as error:
        print(f"tools/package: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
