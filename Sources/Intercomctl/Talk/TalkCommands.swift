internal import Control
internal import HAL
internal import Time

/// `ptt down|up TARGET`: a talk key that is not there.
func pressTalkKey(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try press(invocation.arguments[1], isDown: try invocation.isDown(), invocation)
}

/// Presses or lets go, and prints who hears it.
func press(
    _ target: String, isDown: Bool, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let request = Request.ptt(isDown: isDown, target: target)
    guard case .ptt(let result) = try daemon.ask(request) else { throw misfit() }
    guard result.isTalking else {
        if invocation.isJSON {
            try printLine(result.json)
        } else {
            try printLine("silent towards \(visible(result.target))")
        }
        return .ok
    }
    var words = FirstWords(result.heard, at: Clock.now())
    if !invocation.isNoWait { try words.ask(&daemon) }
    if invocation.isJSON {
        var json = result
        json.heard = words.heard
        try printLine(json.json)
    } else {
        try printLine("talking to \(visible(result.target)): \(visible(words.sentence()))")
    }
    return words.isUnheard ? .failed : .ok
}

/// `monitor`: events as they come, until the daemon ends or the person has seen enough.
func monitor(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .monitor = try daemon.ask(.monitor) else { throw misfit() }
    while true {
        let line = try daemon.nextLine(isPatient: true)
        if invocation.isJSON || invocation.isJSONLines {
            try printLine(String(decoding: line, as: UTF8.self))
        } else if let event = Event(parsing: line.span) {
            try printLine(sentence(of: event))
        }
    }
}

private func sentence(of event: Event) -> String {
    var text = "\(timeOfDay(milliseconds: event.timeMilliseconds))  "
    text += padded(event.kind.rawValue, to: 13)
    var parts: [String] = []
    if let button = event.button { parts.append("key \(visible(button))") }
    if let lamp = event.lamp { parts.append("lamp \(visible(lamp))") }
    if let peer = event.peer { parts.append(visible(peer)) }
    if let target = event.target { parts.append("-> \(visible(target))") }
    if let level = event.levelDBFS { parts.append("\(whole(level)) dBFS") }
    if let seconds = event.seconds { parts.append(decimal(seconds, unit: " s")) }
    if let detail = event.detail { parts.append(visible(detail)) }
    return parts.isEmpty ? text : "\(text) \(parts.joined(separator: " "))"
}
