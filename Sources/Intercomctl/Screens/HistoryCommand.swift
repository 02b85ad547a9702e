internal import HAL
internal import Report
internal import Wire

/// `history`: prints the call history, newest last as in a log.
func showHistory(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var query = HistoryQuery()
    query.isMissed = invocation.isMissed
    if let since = invocation.since {
        query.sinceMilliseconds = Int(Clock.wallMilliseconds()) - since * 1000
    }
    let limit = invocation.limit ?? (invocation.isJSON ? Int.max : 50)
    var all = HistoryList()
    var daemon = try Daemon(invocation)
    repeat {
        query.limit = min(limit - all.calls.count, HistoryList.callsMax)
        query.skip = all.calls.count
        guard case .history(let list) = try daemon.ask(.history(query)) else {
            throw Failure.misfit
        }
        // A call that began between two requests shifts the older calls by one.
        let known = Set(all.calls.map { $0.record.call })
        let new = list.calls.filter { !known.contains($0.record.call) }
        all.calls += new
        (all.isCut, all.problem) = (list.isCut, list.problem)
        if new.isEmpty { break }
    } while all.isCut && all.calls.count < limit
    try printResult(all.json, text(of: all, isMissed: query.isMissed), invocation)
    return all.problem == nil ? .ok : .degraded
}

private func text(of list: HistoryList, isMissed: Bool) -> String {
    var text = list.problem.map { "! \($0.visible)\n" } ?? ""
    guard !list.calls.isEmpty else { return text + "no \(isMissed ? "missed " : "")calls\n" }
    let header = ["WHEN", "WHO", "WHAT", "RANG", "TALKED", "HOW IT ENDED"]
    text += Table(header, list.calls.reversed()) { row($0) }.text
    if list.isCut { text += "older calls are not shown: --limit N\n" }
    return text
}

private func row(_ call: HistoryList.Call) -> [String] {
    let record = call.record
    let arrow = record.direction == .outgoing ? "to" : "from"
    var who = record.peer.isEmpty ? "nobody" : record.peer
    if let channel = record.channel {
        who = record.peer.isEmpty ? channel : "\(record.peer) (\(channel))"
    }
    var what = record.kind.word
    if record.priority != .normal { what = "\(record.priority.word) \(what)" }
    var ending = "goes on"
    if call.endedMilliseconds != nil {
        ending = record.cause?.words ?? "ended"
        if record.isMissed { ending = "MISSED, \(ending)" }
    }
    return [
        localTime(milliseconds: call.startedMilliseconds), "\(arrow) \(who)", what,
        duration(record.ringSeconds), duration(record.talkSeconds), ending,
    ]
}

/// Formats a duration: 14 s, 2:05, 1:02:05; `-` without one.
private func duration(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, (0...1e9).contains(seconds) else { return "-" }
    let whole = Int(seconds + 0.5)
    guard whole >= 60 else { return "\(whole) s" }
    guard whole >= 3600 else { return "\(whole / 60):\(two(whole % 60))" }
    return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
}

/// Formats local time: 2026-11-20 21:10:04.
func localTime(milliseconds: Int) -> String {
    LocalTime(milliseconds: Int64(milliseconds))?.text ?? "?"
}

extension HistoryRecord.Kind {
    /// The kind in words.
    fileprivate var word: String {
        switch self {
        case .call: "call"
        case .dropIn: "drop-in"
        case .listenIn: "listen-in"
        case .announce: "announcement"
        case .other: "?"
        }
    }
}

/// Reads the seconds of `90s`, `30m`, `2h`, `3d`; nil for other text, and for more than a century.
func time(typed text: String) -> Int? {
    let units: [(UInt8, Int)] = [
        (UInt8(ascii: "s"), 1), (UInt8(ascii: "m"), 60), (UInt8(ascii: "h"), 3600),
        (UInt8(ascii: "d"), 86_400),
    ]
    let digits = text.dropLast()
    guard let last = text.utf8.last, let unit = units.first(where: { $0.0 == last })?.1,
        (1...9).contains(digits.utf8.count),
        digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let count = Int(digits), count <= 36_525 * 86_400 / unit
    else { return nil }
    return count * unit
}

/// `monitor`: prints events until the daemon ends or the person presses Ctrl-C.
func monitor(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .watchEvents = try daemon.ask(.watchEvents) else { throw Failure.misfit }
    while let line = try daemon.nextLine(until: nil) {
        if invocation.isJSON {
            try printText(String(decoding: line, as: UTF8.self).escaped + "\n")
        } else if let event = Event(parsing: line.span) {
            try printLine(sentence(of: event))
        }
    }
    return .ok
}

private func sentence(of event: Event) -> String {
    var text = "\(timeOfDay(milliseconds: event.timeMilliseconds))  "
    text += padded(event.kind.rawValue, to: 13)
    var parts: [String] = []
    if let button = event.button { parts.append("button \(button.visible)") }
    if let lamp = event.lamp { parts.append("lamp \(lamp.visible)") }
    if let peer = event.peer { parts.append(peer.visible) }
    if let target = event.target { parts.append("-> \(target.visible)") }
    if let level = event.levelDBFS { parts.append("\(whole(level)) dBFS") }
    if let seconds = event.seconds { parts.append(decimal(seconds, unit: " s")) }
    if event.kind == .recording, let outcome = event.outcome { parts.append(outcome.visible) }
    if let detail = event.detail { parts.append(detail.visible) }
    return parts.isEmpty ? text : "\(text) \(parts.joined(separator: " "))"
}
