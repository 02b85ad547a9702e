internal import Control

/// `relay NAME [PEER]`: a door for a moment.
func switchRelay(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let peer = invocation.arguments.count > 1 ? invocation.arguments[1] : nil
    return try ask(.relay(invocation.arguments[0], peer: peer), invocation)
}

/// `signal PEER`: its call light.
func signalPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try ask(.signal(peer: invocation.arguments[0]), invocation)
}

/// Asks for something to be done, and prints the sentence that comes back.
func ask(_ request: Request, _ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .done(let done) = try daemon.ask(request) else { throw misfit() }
    if invocation.isJSON {
        try printLine(done.json)
    } else {
        try printLine(visible(done.text))
    }
    return .ok
}
