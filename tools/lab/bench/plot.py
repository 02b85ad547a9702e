"""Small drawings in one SVG file: lines side by side, or named points."""

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
    """One drawing, `left` of it are others. A line of one point is a named point."""

    def __init__(self, size, number, right, title, unit, lines):
        self.width, self.height = size
        self.left, self.right = number * self.width, right
        self.title, self.unit, self.lines = title, unit, lines
        points = [point for _, line in lines for point in line]
        self.most_x = max(x for x, _ in points) or 1
        self.most_y = _round_up(max(y for _, y in points) or 1)

    def _at(self, x, y):
        inner_width, inner_height = self.width - LEFT - RIGHT, self.height - TOP - BOTTOM
        return (self.left + LEFT + inner_width * x / self.most_x,
                self.height - BOTTOM - inner_height * y / self.most_y)

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
        marks = {x for _, line in self.lines for x, _ in line}
        for x in sorted(marks) if len(marks) < 10 else (0, self.most_x / 2, self.most_x):
            yield self._text(self._at(x, 0)[0], self.height - BOTTOM + 18, f"{x:g}")
        yield self._text(self.left + self.width / 2, self.height - 8, self.right)
        yield self._text(self.left + LEFT, 20, f"{self.title}, {self.unit}", "start")

    def parts(self):
        """The elements of the drawing."""
        yield from self._grid()
        for place, (name, line) in enumerate(self.lines):
            colour = COLOURS[place % len(COLOURS)]
            if len(line) == 1:
                x, y = self._at(*line[0])
                yield f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='{colour}'/>"
                side, anchor = (7, "start") if x < self.left + self.width / 2 else (-7, "end")
                yield self._text(x + side, y + 4, name, anchor)
                continue
            points = " ".join("{:.1f},{:.1f}".format(*self._at(x, y)) for x, y in line)
            yield f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/>"
            yield self._text(
                self.left + LEFT + 8, TOP + 14 + 16 * place, name, "start", colour)


def write(path, panels, right="listeners"):
    """Writes panels of (title, unit, [(name, [(x, y)])]), one beside the other.

    `right` says what grows to the right. One alone has more room.
    """
    size = (WIDTH, HEIGHT) if len(panels) > 1 else (2 * WIDTH, 2 * HEIGHT)
    drawn = [_Panel(size, number, right, *panel) for number, panel in enumerate(panels)]
    width, height = size[0] * len(drawn), size[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'>\n"
                   f"<rect width='{width}' height='{height}' fill='white'/>\n")
        for panel in drawn:
            file.write("\n".join(panel.parts()) + "\n")
        file.write("</svg>\n")
