internal import HAL
internal import Report
internal import Wire

/// `history`: the call history, newest last as in a log.
func showHistory(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var query = HistoryQuery()
    query.isMissed = invocation.isMissed
    if let since = invocation.since {
        guard let moment = since.milliseconds(before: Clock.wallMilliseconds()) else {
            throw When.complaint
        }
        query.sinceMilliseconds = Int(moment)
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
        // A call that began between two requests shifts the older ones by one.
        let known = Set(all.calls.map { $0.record.call })
        let new = list.calls.filter { !known.contains($0.record.call) }
        all.calls += new
        (all.isCut, all.problem) = (list.isCut, list.problem)
        if new.isEmpty { break }
    } while all.isCut && all.calls.count < limit
    if invocation.isJSON {
        try printLine(all.json)
    } else {
        try printScreen(text(of: all, isMissed: query.isMissed))
    }
    return all.problem == nil ? .ok : .degraded
}

private func text(of list: HistoryList, isMissed: Bool) -> String {
    var text = list.problem.map { "! \($0.visible)\n" } ?? ""
    guard !list.calls.isEmpty else { return text + "no \(isMissed ? "missed " : "")calls\n" }
    var table = Table(["WHEN", "WHO", "WHAT", "RANG", "TALKED", "HOW IT ENDED"])
    for call in list.calls.reversed() { table.add(row(call)) }
    text += table.text
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

/// 14 s, 2:05, 1:02:05; nothing where there is none.
private func duration(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, (0...1e9).contains(seconds) else { return "-" }
    let whole = Int(seconds + 0.5)
    guard whole >= 60 else { return "\(whole) s" }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    guard whole >= 3600 else { return "\(whole / 60):\(two(whole % 60))" }
    return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
}

/// Local time: 2026-11-20 21:10:04.
func localTime(milliseconds: Int) -> String {
    guard let time = LocalTime(milliseconds: Int64(milliseconds)) else { return "?" }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(time.year)-\(two(time.month))-\(two(time.day)) "
        + "\(two(time.hour)):\(two(time.minute)):\(two(time.second))"
}

extension HistoryRecord.Kind {
    /// For a person.
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
