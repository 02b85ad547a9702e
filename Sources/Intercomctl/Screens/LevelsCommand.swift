internal import HAL
internal import Report
internal import Time

/// `levels`: live meters on a terminal, lines everywhere else, until Ctrl-C or `--seconds`.
func showLevels(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .levels = try daemon.ask(.levels) else { throw Failure.misfit }
    let end = invocation.seconds.map { Clock.now() + .seconds($0) }
    return !invocation.isJSON && hasCursor
        ? try drawLooks(&daemon, until: end) : try printLooks(&daemon, until: end, invocation)
}

/// Whether the output is a terminal that can move its cursor, and NO_COLOR does not forbid it.
private var hasCursor: Bool {
    guard Terminal.isInteractive(.result), Terminal.size(of: .result) != nil else { return false }
    let kind = Environment.value(of: "TERM") ?? ""
    return kind != "" && kind != "dumb" && Environment.value(of: "NO_COLOR") == nil
}

/// Whether the locale allows more than ASCII.
private var isRich: Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
        guard let value = Environment.value(of: name), !value.isEmpty else { continue }
        // The character set stands after a dot in the name of a locale: de_DE.UTF-8, C.utf8.
        let characters = value.utf8.drop { $0 != UInt8(ascii: ".") }.map { $0 | 0x20 }
        return characters.starts(with: ".utf-8".utf8) || characters.starts(with: ".utf8".utf8)
    }
    return false
}

private func printLooks(
    _ daemon: inout Daemon, until end: Instant?, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var count = 0
    while let line = try daemon.nextLine(until: end) {
        let levels = try look(line)
        if invocation.isJSON {
            try printText(String(decoding: line, as: UTF8.self).escaped + "\n")
        } else if count % 10 == 0 {
            // Twice a second is enough to read.
            try printText(LevelsScreen.plain(levels) + "\n")
        }
        count += 1
    }
    return .ok
}

private func look(_ line: [UInt8]) throws(Failure) -> Levels {
    guard let levels = Levels(parsing: line.span) else { throw Failure.misfit }
    return levels
}

private func drawLooks(_ daemon: inout Daemon, until end: Instant?) throws(Failure) -> ExitCode {
    let signals = try attempt { () throws(SystemError) in try TerminalSignals() }
    var loop = try attempt { () throws(SystemError) in try EventLoop() }
    for fd in [signals.fd, daemon.fd] {
        try attempt { () throws(SystemError) in try loop.add(fd: fd, token: 0) }
    }
    var screen = LevelsScreen(isRich: isRich)
    var terminal = LiveScreen()
    defer { terminal.leave() }
    while true {
        _ = loop.wait(until: end)
        var isNew = false
        while let signal = signals.next() {
            switch signal {
            case .end: return .ok
            case .suspend:
                terminal.leave()
                signals.stop()
            case .redraw:
                terminal.forget()
                isNew = screen.hasLooks
            }
        }
        let now = Clock.now()
        if let end, now >= end { return .ok }
        while let line = try daemon.nextLine(until: now) {
            screen.add(try look(line))
            isNew = true
        }
        if isNew { try terminal.draw(&screen) }
    }
}

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
