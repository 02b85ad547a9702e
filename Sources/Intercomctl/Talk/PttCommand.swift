internal import HAL
internal import Report
internal import Time

/// `ptt down|up TARGET`: presses or releases a virtual talk button.
func pressTalkKey(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try press(invocation.arguments[1], isDown: try invocation.isDown(), invocation)
}

/// `reply down|up`: a virtual talk button for the station that was heard last.
func reply(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try press("reply", isDown: try invocation.isDown(), invocation)
}

/// Presses or releases the button, and prints the listeners.
func press(
    _ target: String, isDown: Bool, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let request = Request.ptt(isDown: isDown, target: target)
    guard case .ptt(let result) = try daemon.ask(request) else { throw Failure.misfit }
    guard result.isTalking else {
        if invocation.isJSON {
            try printLine(result.json)
        } else {
            try printLine(
                (result.wasTalking ? "stopped talking to " : "no command was talking to ")
                    + result.target.visible)
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
        try printLine("talking to \(result.target.visible): \(words.sentence().visible)")
    }
    return words.isUnheard ? .failed : .ok
}
