internal import Control

/// `relay NAME [PEER]`: switches a relay on for its pulse.
func switchRelay(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let relay = invocation.arguments[0]
    guard invocation.arguments.count > 1 else {
        return try ask(.relay(relay, peer: nil), invocation)
    }
    let peer = invocation.arguments[1]
    return try askPeer(peer, .relay(relay, peer: peer), invocation)
}

/// `signal PEER`: lights the peer's call light.
func signalPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let peer = invocation.arguments[0]
    return try askPeer(peer, .signal(peer: peer), invocation)
}
