internal import Control

/// `relay NAME [PEER]`: a door for a moment.
func switchRelay(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let relay = invocation.arguments[0]
    guard invocation.arguments.count > 1 else {
        return try ask(.relay(relay, peer: nil), invocation)
    }
    let peer = invocation.arguments[1]
    return try askThere(.relay(relay, peer: peer), peer, "relay \(relay)", invocation)
}

/// `signal PEER`: its call light.
func signalPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let peer = invocation.arguments[0]
    return try askThere(.signal(peer: peer), peer, "call light", invocation)
}

/// Asks for something to be done, and prints the sentence that comes back.
func ask(_ request: Request, _ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    return try say(try daemon.order(request), invocation)
}
