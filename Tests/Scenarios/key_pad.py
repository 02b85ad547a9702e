"""Keys of a keypad and an LED of the kernel's: press, hold, plug out and in; a door's relay."""

import fcntl
import os
import struct

from uml.design import TICK

OFTEN = False
STATIONS = ("kitchen", "garage")

RELAY = 24
PULSE = 500.0
"""How long the relay is on, in ms."""
HOLD = 500.0
LATE = 1.0
"""How late what the control thread does may be, in ms."""
NAME = "Test Keypad"
F1, F2, F3 = 59, 60, 61
EV_SYN, EV_KEY, EV_LED, LED_CAPSL = 0, 1, 0x11, 1
UI_SET_EVBIT, UI_SET_KEYBIT, UI_SET_LEDBIT = 0x40045564, 0x40045565, 0x40045569
UI_DEV_CREATE, UI_DEV_DESTROY, UI_DEV_SETUP = 0x5501, 0x5502, 0x405C5503


class Keypad:
    """A keypad with three keys and a lamp, as the kernel sees one that is plugged in."""

    def __init__(self):
        self.file = os.open("/dev/uinput", os.O_RDWR | os.O_NONBLOCK)
        for bit in (EV_KEY, EV_LED):
            fcntl.ioctl(self.file, UI_SET_EVBIT, bit)
        for key in (F1, F2, F3):
            fcntl.ioctl(self.file, UI_SET_KEYBIT, key)
        fcntl.ioctl(self.file, UI_SET_LEDBIT, LED_CAPSL)
        setup = struct.pack("HHHH80sI", 3, 1, 1, 1, NAME.encode(), 0)
        fcntl.ioctl(self.file, UI_DEV_SETUP, setup)
        fcntl.ioctl(self.file, UI_DEV_CREATE)

    def key(self, code, is_down):
        """One key goes down or up."""
        for kind, number, value in ((EV_KEY, code, is_down), (EV_SYN, 0, 0)):
            os.write(self.file, struct.pack("qqHHi", 0, 0, kind, number, value))

    def unplug(self):
        """It is pulled out."""
        fcntl.ioctl(self.file, UI_DEV_DESTROY)
        os.close(self.file)


def lamps():
    """The LEDs of keypads, by name."""
    return sorted(one for one in os.listdir("/sys/class/leds") if one.endswith("capslock"))


def play(world):
    kitchen = world["kitchen"]
    pad = Keypad()
    led = lamps()[-1]
    kitchen.sections["button talk"] = {"line": f"evdev:{NAME}/KEY_F1", "talk": "house"}
    kitchen.sections["button door"] = {"line": f"evdev:{NAME}/KEY_F2", "press": "relay door"}
    kitchen.sections["button both"] = {
        "line": f"evdev:{NAME}/61", "press": "relay door", "hold": "talk house"}
    kitchen.sections["relay door"] = {"line": kitchen.chip.line(RELAY), "pulse": "500ms"}
    kitchen.sections["lamp led"] = {"line": f"led:{led}", "show": "talking"}
    kitchen.chip.pull(RELAY, "down")
    world.start()
    world.live()

    def key(code, is_down):
        world.log("kitchen", "pad", code=code, down=int(is_down))
        pad.key(code, is_down)

    def light():
        path = f"/sys/class/leds/{led}/brightness"
        with open(path, encoding="ascii") as file:
            world.log("kitchen", "led", lit=int(int(file.read()) > 0))

    world.until(1)
    light()
    key(F1, True)
    world.sleep(0.2)
    light()
    key(F1, False)
    world.until(2)
    light()
    key(F2, True)
    kitchen.sees(RELAY, 1)
    key(F2, False)
    kitchen.sees(RELAY, 0)
    world.until(3)
    key(F3, True)
    world.sleep(1)
    key(F3, False)
    world.until(5)
    # Pulled out while it talks: the microphone closes, and a new one must be pressed anew.
    key(F1, True)
    world.sleep(0.5)
    world.log("kitchen", "unplug")
    pad.unplug()
    world.sleep(1)
    pad = Keypad()
    world.until(10)
    key(F2, True)
    kitchen.sees(RELAY, 1)
    # Killed in the pulse: the kernel closes the line, and its driver gives it back to its pull.
    kitchen.cut()
    kitchen.sees(RELAY, 0)
    world.sleep(1)
    kitchen.boot()
    world.sleep(0.2)
    world.log("kitchen", "level", line=RELAY, level=kitchen.chip.level(RELAY))


def judge(case):
    talks = case.talks("kitchen")
    case.claim(len(talks) == 3, f"{len(talks)} talks, 3 wanted")
    pads = case.entries("kitchen", "pad")
    took = (talks[0][0] - pads[0].ns) / 1e6
    case.claim(0 <= took <= 2 * TICK + 0.1, f"a key of the pad talks after {took:.2f} ms")
    lit = [one.figures["lit"] for one in case.entries("kitchen", "led")]
    case.claim(lit == [0, 1, 0], f"the LED is lit while it talks: {lit}")
    on, off = (case.entry("kitchen", "lamp", line=RELAY, level=level).ns for level in (1, 0))
    took = (on - pads[2].ns) / 1e6
    case.claim(0 <= took <= 2 * TICK + LATE, f"from the press to the relay: {took:.2f} ms")
    took = (off - on) / 1e6
    case.claim(abs(took - PULSE) <= LATE, f"the pulse lasts {took:.2f} ms")
    took = (talks[1][0] - pads[4].ns) / 1e6
    case.claim(HOLD <= took <= HOLD + 6 * TICK, f"a hold talks after {took:.2f} ms")
    gone = case.entry("kitchen", "unplug").ns
    took = (talks[2][1] - gone) / 1e6
    case.claim(0 <= took <= 25, f"unplugged, the talk ends after {took:.2f} ms")
    faults = {one.figures["button"] for one in case.entries("kitchen", "button_fault")}
    case.claim(faults == {"talk", "door", "both"}, f"what is gone is said: {sorted(faults)}")
    back = case.entries("kitchen", "button_ready")
    cut, dark = (case.entry("kitchen", *one).ns for one in (("cut",), ("lamp", -1)))
    took = (dark - cut) / 1e6
    case.claim(0 <= took < 20, f"killed in its pulse, the relay is off after {took:.2f} ms")
    level = case.entry("kitchen", "level").figures["level"]
    case.claim(level == 0, f"and off with the next start: {level}")
    case.claim(len(back) >= 3 and (back[-1].ns - gone) / 1e9 < 4, "and back within 3 s")


def controls(case):
    yield "the talks begin 30 ms later", case.later(30, "kitchen", "talk")
    yield "the relay is 5 ms late", case.later(5, "kitchen", "lamp")


MUTATIONS = (
    # A hold means nothing.
    ("Sources/Station/Gesture.swift",
     "holdTime = Duration.milliseconds(500)", "holdTime = Duration.milliseconds(600)"),
    # The pulse is longer.
    ("Sources/Station/RelayPulse.swift",
     "        end = max(end ?? now, min(now + pulse, begin + (Self.longest - held)))",
     "        end = max(end ?? now, min(now + pulse, begin + (Self.longest - held)))\n"
     "            + .milliseconds(5)"),
)
