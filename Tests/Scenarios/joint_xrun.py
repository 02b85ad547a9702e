"""x."""

OFTEN = False
STATIONS = ("kitchen", "garage")


def prepare(said):
    said.write("kitchen", said.syllables(60.0, seed=5))


def play(world):
    world.start()
    world.live()
    for name in ("kitchen", "garage"):
        with open(f"/proc/asound/{name}/cable#0") as f: world.log(name, "cable", t=f.read())
    world.until(1)
    world["kitchen"].press()
    world.until(10)
    world["garage"].freeze()
    world.sleep(0.1)
    world["garage"].thaw()
    world.until(20)
    world["kitchen"].freeze()
    world.sleep(0.1)
    world["kitchen"].thaw()
    world.until(40)
    world["kitchen"].release()
    world.sleep(1)
    for one in world.stations.values():
        world.counters(one)
    world.log("world","st", **world["garage"].status()["audio"])


def judge(case):
    from stage import measure
    import numpy
    samples = numpy.fromfile(case.folder / "kitchen.said", dtype="<i2")
    said = measure.Sound(samples, case.zero)
    for i in range(2, 80):
        d = measure.delay(said, case.heard("garage"), case.zero + i*500000000)
        print(i/2, d)
    for e in case.log: print(e.ns/1e9-case.zero/1e9, e.who, e.what, e.figures)


def controls(case):
    yield "attic hears nothing", case.silent("garage")


MUTATIONS = ()
