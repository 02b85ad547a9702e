"""Cards 100 ppm too fast and too slow hear two minutes of talk without a gap, and never later."""

OFTEN = False
STATIONS = ("kitchen", "garage", "attic")


def prepare(said):
    said.write("kitchen", said.syllables(140.0, seed=21))


def play(world):
    world["garage"].run_card(100)
    world["attic"].run_card(-100)
    for one in world.stations.values():
        one.sections["talk"] = {"max-talk": "10m"}
    world.start()
    world.live()
    world.until(1)
    world["kitchen"].press()
    for at in range(10, 141, 10):
        world.until(at)
        for name in ("garage", "attic"):
            world.counters(world[name])
    world["kitchen"].release()
    world.sleep(1)


def judge(case):
    from stage import measure
    import numpy
    samples = numpy.fromfile(case.folder / "kitchen.said", dtype="<i2")
    said = measure.Sound(samples, case.zero)
    for n in ("garage", "attic"):
      for i in range(2, 140, 3):
        print(n, i, measure.delay(said, case.heard(n), case.zero + i*1000000000))
    for e in case.log: print(e.ns/1e9-case.zero/1e9, e.who, e.what, e.figures)


def controls(case):
    yield "attic hears nothing", case.silent("garage")


MUTATIONS = ()
