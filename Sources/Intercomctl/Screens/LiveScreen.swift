internal import HAL

/// The whole terminal, redrawn with every reading; `leave` restores its former content.
struct LiveScreen: ~Copyable {
    private var isShown = false
    private var drawn = (columns: 0, rows: 0)

    /// Draws as many lines as there are rows; nothing in the background, where a shell writes.
    mutating func draw(_ screen: inout LevelsScreen) throws(Failure) {
        guard let size = Terminal.size(of: .result), Terminal.isForeground(.result) else { return }
        var text = ""
        if !isShown {
            // The alternate screen, so that the former content comes back; no cursor, no wrapping.
            text += "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l"
            isShown = true
            drawn = (0, 0)
        }
        if size != drawn { text += "\u{1b}[2J" }
        drawn = size
        let lines = screen.lines(columns: size.columns, rows: size.rows)
        // Erased before: behind a full line the cursor still stands in its last column.
        for (row, line) in lines.enumerated() { text += "\u{1b}[\(row + 1);1H\u{1b}[K\(line)" }
        try printText(text)
    }

    /// Forgets what was drawn: a shell or a resized window may have overwritten it.
    mutating func forget() { drawn = (0, 0) }

    /// Gives the terminal back as it was found.
    mutating func leave() {
        guard isShown else { return }
        isShown = false
        Terminal.write("\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l")
    }
}
