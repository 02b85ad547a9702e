internal import Report
internal import Wire

/// `call PEER|CHANNEL`: rings it.
func callTarget(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try beginCall(.call, invocation.priority, invocation)
}

/// `drop-in PEER`: opens both microphones without an answer, if the peer allows it.
func dropIn(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try beginCall(.dropIn, .normal, invocation)
}

/// `listen PEER`: opens the peer's microphone, if the peer allows it.
func listenIn(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try beginCall(.listen, .normal, invocation)
}

func answerCall(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try ask(.answer, invocation)
}

func rejectCall(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try ask(.reject, invocation)
}

func hangUp(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try ask(.hangUp, invocation)
}

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
