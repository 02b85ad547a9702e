internal import Control
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
    try ask(.calls(.answer), invocation)
}

func rejectCall(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try ask(.calls(.reject), invocation)
}

func hangUp(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try ask(.calls(.hangUp), invocation)
}
