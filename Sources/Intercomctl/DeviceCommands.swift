/// `audio list`: sound cards.
func listAudio(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode { .ok }

/// `gpio list`: lines.
func listGPIO(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode { .ok }
