"""Embedded Swift for a sysroot: one swiftc for each module, clang and lld of Swift for the rest."""

import concurrent.futures
import hashlib
import os
import pathlib
import shutil

from . import CrossError, graph, run

PROGRAMS = ["Intercomd", "Intercomctl", "intercomd-mqtt"]
# For arm64 the toolchain has no Embedded standard library for Linux, only for no system at all: its
# C headers are told that this is Linux, and clang links the objects for it.
TRIPLES = {"amd64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-none-none-elf"}
# The last words of a program follow them.
FRAMES = ["-fno-omit-frame-pointer"]
C_FLAGS = ["-std=gnu11", "-Os", "-g", "-fPIE", "-fno-asynchronous-unwind-tables", *FRAMES,
           "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2", "-ffunction-sections",
           "-fdata-sections"]
LINK_FLAGS = ["-fuse-ld=lld", "-pie", "-Wl,--gc-sections", "-Wl,--as-needed", "-Wl,--icf=safe",
              "-Wl,-z,relro,-z,now"]
RETAIN = pathlib.Path(__file__).parent / "retain.c"
MARK = ".made-by-build"
"""Of a folder that may be made anew."""
DPKG = pathlib.Path("/var/lib/dpkg/status")
LIBRARIES = {"CALSA": "asound", "COpus": "opus", "CSpeexDSP": "speexdsp",
             "CMbedTLS": "mbedcrypto", "CJansson": "jansson"}


def toolchain():
    """The folder of the programs of Swift, among which are clang and lld."""
    return pathlib.Path(shutil.which("swiftc")).resolve().parent


def clang(sysroot):
    """The words that compile and link C for a sysroot."""
    return [toolchain() / "clang", f"--target={sysroot.triplet}", f"--sysroot={sysroot.folder}"]


class Builder:
    """Builds the sources of a folder into another one."""

    def __init__(self, root, sysroot, output, keep=False):
        """`keep`: what was made before of the same is not made again."""
        self.root, self.sysroot, self.keep = pathlib.Path(root).absolute(), sysroot, keep
        self.output = pathlib.Path(output).absolute()
        known = graph.targets(self.root)
        used = {one.name for program in PROGRAMS for one in graph.needs(program, known)}
        self.targets = {name: one for name, one in known.items() if name in used}
        self.tools, self.runtime = toolchain(), toolchain().parent / "lib/swift/embedded"
        self.triple = TRIPLES[sysroot.arch]
        # Any package that was installed since may have brought another header.
        self.made_with = [self.triple, run("swiftc", "--version"), str(DPKG.stat().st_mtime_ns),
                          pathlib.Path(__file__).read_text(encoding="utf-8")]
        # Two builds in two places are to be the same bytes.
        self.places = [f"{self.root}=.", f"{self.output}=output"]
        if sysroot.folder != pathlib.Path("/"):
            self.places.append(f"{sysroot.folder}=sysroot")
        self.clang = [*clang(sysroot), *(f"-fdebug-prefix-map={one}" for one in self.places)]

    def build(self):
        """Builds the programs; returns their paths, without symbols."""
        if self.output.exists() and any(self.output.iterdir()):
            if not (self.output / MARK).exists():
                raise CrossError(f"{self.output} has files that are not of tools/build")
            if not self.keep:
                shutil.rmtree(self.output)
        self.output.mkdir(parents=True, exist_ok=True)
        (self.output / MARK).touch()
        for part in ("objects", "modules", "made-of"):
            (self.output / part).mkdir(exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            done = {}
            for name, target in self.targets.items():
                # Those before it are in the pool already, so nobody waits for one that is not.
                before = [done[other] for other in target.uses]
                done[name] = pool.submit(self._compile, target, before)
            done[RETAIN.name] = pool.submit(self._compile_retain)
            for one in done.values():
                one.result()
        return [self._link(name) for name in PROGRAMS]

    def _compile(self, target, before):
        """Returns a hash of what it was made of."""
        made_of = self._hash(target, [one.result() for one in before])
        known = self.output / "made-of" / target.name
        if known.exists() and known.read_text("ascii") == made_of:
            return made_of
        known.unlink(missing_ok=True)
        if sources := self._c_sources(target):
            for source in sources:
                self._compile_c(target, source)
        elif target.kind != "system":
            self._compile_swift(target)
        known.write_text(made_of, "ascii")
        return made_of

    def _hash(self, target, before):
        """Of all that a module is made of."""
        found = hashlib.sha256(" ".join([*before, *self.made_with, *target.words]).encode())
        for path in sorted(pathlib.Path(self.root, target.folder).rglob("*")):
            if path.is_file():
                found.update(f"{path} {path.stat().st_size} ".encode() + path.read_bytes())
        return found.hexdigest()

    def _object(self, name):
        return self.output / "objects" / f"{name}.o"

    def _c_sources(self, target):
        return sorted(pathlib.Path(self.root, target.folder).rglob("*.c"))

    def _compile_c(self, target, source):
        inner = source.relative_to(self.root)
        run(*self.clang, *C_FLAGS, "-I", f"{target.folder}/include", "-c", inner, "-o",
            self._object(f"{target.name}-{source.stem}"), cwd=self.root)

    def _compile_retain(self):
        run(*self.clang, *C_FLAGS, f"-ffile-prefix-map={RETAIN.parent}=.", "-c", RETAIN, "-o",
            self._object(RETAIN.stem), cwd=self.root)

    def _compile_swift(self, target):
        """A whole module at once: a program, or what a program needs to compile its functions.

        Embedded Swift compiles with each program all that it uses of its modules, so these have no
        objects of their own.
        """
        sources = sorted(str(path.relative_to(self.root))
                         for path in pathlib.Path(self.root, target.folder).rglob("*.swift"))
        is_program = target.kind == "executable"
        kind = ["-c", "-o", self._object(target.name)] if is_program else [
            "-parse-as-library", "-emit-module", "-emit-module-path",
            self.output / "modules" / f"{target.name}.swiftmodule"]
        run("swiftc", "-target", self.triple, "-wmo", "-Osize", "-g", *target.words, *kind,
            "-package-name", "intercomd",
            *[word for one in self.places for word in ("-file-prefix-map", one)],
            "-module-cache-path", self.output / "cache", "-I", self.output / "modules",
            "-Xfrontend", "-function-sections", *self._c_words(target),
            "-module-name", target.name, *sources, cwd=self.root)
        if is_program:
            # A hash that is another one each time, and tables for exceptions, which nobody throws.
            run(self.tools / "llvm-objcopy", "--remove-section=.swift_modhash",
                "--remove-section=.eh_frame", "--remove-section=.rela.eh_frame",
                self._object(target.name))

    def _c_words(self, target):
        """What the importer of C headers is to be told."""
        include = self.sysroot.include
        words = ["-fPIE", *FRAMES, f"--sysroot={self.sysroot.folder}", "-D__linux__",
                 *(f"-fdebug-prefix-map={one}" for one in self.places),
                 "-isystem", include / self.sysroot.triplet, "-isystem", include,
                 f"-I{include}/opus"]
        for one in graph.needs(target.name, self.targets):
            folder = self.root / one.folder
            if one.kind == "system":
                words.append(f"-fmodule-map-file={folder}/module.modulemap")
            elif (folder / "include").is_dir():
                words += [f"-fmodule-map-file={self._module_map(one)}", f"-I{folder}/include"]
        return [part for word in words for part in ("-Xcc", word)]

    def _module_map(self, target):
        """That of a module of C sources, or one of all its headers, as SwiftPM makes it."""
        include = self.root / target.folder / "include"
        own = include / "module.modulemap"
        if own.exists():
            return own
        made = self.output / "modules" / f"{target.name}.modulemap"
        made.write_text(
            f'module {target.name} {{\n    umbrella "{include}"\n    export *\n}}\n',
            encoding="utf-8")
        return made

    def _link(self, name):
        """Links a program, and takes its symbols away."""
        used = graph.needs(name, self.targets)
        objects = [self._object(f"{one.name}-{source.stem}") for one in used
                   for source in self._c_sources(one)]
        runtime = []
        if not self._c_sources(self.targets[name]):
            objects += [self._object(name), self._object(RETAIN.stem)]
            runtime = [self.runtime / self.triple / "libswiftUnicodeDataTables.a"]
        libraries = [library for one in used for library in one.libraries]
        libraries += [LIBRARIES[one.name] for one in used if one.kind == "system"]
        whole, program = self.output / f"{name.lower()}.debug", self.output / name.lower()

        def link(build_id):
            run(*self.clang, *LINK_FLAGS, f"-Wl,--build-id={build_id}", "-o", whole, *objects,
                *runtime, *[f"-l{library}" for library in libraries], "-lm")
            run(self.tools / "llvm-objcopy", "--strip-all", whole, program)

        # The hash of what is shipped: debug information has names that the compiler makes of
        # folders.
        link("none")
        link(f"0x{hashlib.sha1(program.read_bytes()).hexdigest()}")
        return program
