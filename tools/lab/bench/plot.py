"""Two small drawings in one SVG file: lines over the number of listeners."""

import html

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 44, 44
COLOURS = ["#1f5f99", "#c2571a"]
STYLE = "font-family='sans-serif' font-size='12' fill='#222222'"


def _round_up(value):
    """The next of 1, 2, 5 times a power of ten."""
    step = 1.0
    while step * 10 <= value:
        step *= 10
    while step > value:
        step /= 10
    return next(step * factor for factor in (1, 2, 5, 10) if step * factor >= value)


class _Panel:
    """One drawing, `left` of it are others."""

    def __init__(self, left, title, unit, lines):
        self.left, self.title, self.unit, self.lines = left, title, unit, lines
        points = [point for _, line in lines for point in line]
        self.most_x = max(x for x, _ in points)
        self.most_y = _round_up(max(y for _, y in points))

    def _at(self, x, y):
        inner_width, inner_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return (self.left + LEFT + inner_width * x / self.most_x,
                HEIGHT - BOTTOM - inner_height * y / self.most_y)

    def _text(self, x, y, text, anchor="middle", colour=None):
        fill = f" style='fill:{colour}'" if colour else ""
        return (f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' {STYLE}{fill}>"
                f"{html.escape(text)}</text>")

    def _grid(self):
        for part in range(6):
            y = self.most_y * part / 5
            (from_x, at_y), (to_x, _) = self._at(0, y), self._at(self.most_x, y)
            yield (f"<line x1='{from_x:.1f}' x2='{to_x:.1f}' y1='{at_y:.1f}' y2='{at_y:.1f}' "
                   "stroke='#dddddd'/>")
            yield self._text(from_x - 6, at_y + 4, f"{y:g}", "end")
        for x in sorted({x for _, line in self.lines for x, _ in line}):
            yield self._text(self._at(x, 0)[0], HEIGHT - BOTTOM + 18, f"{x:g}")
        yield self._text(self.left + WIDTH / 2, HEIGHT - 8, "listeners")
        yield self._text(self.left + LEFT, 20, f"{self.title}, {self.unit}", "start")

    def parts(self):
        """The elements of the drawing."""
        yield from self._grid()
        for place, (name, line) in enumerate(self.lines):
            colour = COLOURS[place % len(COLOURS)]
            points = " ".join("{:.1f},{:.1f}".format(*self._at(x, y)) for x, y in line)
            yield f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/>"
            yield self._text(
                self.left + LEFT + 8, TOP + 14 + 16 * place, name, "start", colour)


def write(path, panels):
    """Writes panels of (title, unit, [(name, [(x, y)])]), one beside the other."""
    drawn = [_Panel(number * WIDTH, *panel) for number, panel in enumerate(panels)]
    width = WIDTH * len(drawn)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{HEIGHT}'>\n"
                   f"<rect width='{width}' height='{HEIGHT}' fill='white'/>\n")
        for panel in drawn:
            file.write("\n".join(panel.parts()) + "\n")
        file.write("</svg>\n")


def scatter(path, title, right, up, points):
    """Writes one drawing of named points: (name, x, y)."""
    width, height = 2 * WIDTH, 2 * HEIGHT
    most_x = _round_up(max(x for _, x, _ in points) or 1)
    most_y = _round_up(max(y for _, _, y in points) or 1)

    def text(x, y, words, anchor="middle"):
        return (f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' {STYLE}>"
                f"{html.escape(words)}</text>\n")

    with open(path, "w", encoding="utf-8") as file:
        file.write(f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'>\n"
                   f"<rect width='{width}' height='{height}' fill='white'/>\n"
                   + text(LEFT, 20, f"{title}: {up} over {right}", "start"))
        for part in range(6):
            x = LEFT + (width - LEFT - 8 * RIGHT) * part / 5
            y = height - BOTTOM - (height - TOP - BOTTOM) * part / 5
            file.write(f"<polyline points='{LEFT},{y:.1f} {width - RIGHT},{y:.1f}' "
                       "fill='none' stroke='#dddddd'/>\n"
                       + text(LEFT - 6, y + 4, f"{most_y * part / 5:g}", "end")
                       + text(x, height - BOTTOM + 18, f"{most_x * part / 5:g}"))
        for name, right_by, up_by in points:
            x = LEFT + (width - LEFT - 8 * RIGHT) * right_by / most_x
            y = height - BOTTOM - (height - TOP - BOTTOM) * up_by / most_y
            file.write(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='{COLOURS[0]}'/>\n"
                       + text(x + 7, y + 4, name, "start"))
        file.write("</svg>\n")
