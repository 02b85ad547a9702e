internal import Report

/// `monitor`: prints events until the daemon ends or the person presses Ctrl-C.
func monitor(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .monitor = try daemon.ask(.monitor) else { throw Failure.misfit }
    while true {
        let line = try daemon.nextLine(isPatient: true)
        if invocation.isJSON || invocation.isJSONLines {
            try printText(String(decoding: line, as: UTF8.self).escaped + "\n")
        } else if let event = Event(parsing: line.span) {
            try printLine(sentence(of: event))
        }
    }
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
    if let detail = event.detail { parts.append(detail.visible) }
    return parts.isEmpty ? text : "\(text) \(parts.joined(separator: " "))"
}
