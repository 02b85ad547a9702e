internal import Control

/// `metrics`: the status for a machine that collects numbers.
///
/// Problems are one of the numbers, so they do not change how it ends.
func printMetrics(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .status(let status) = try daemon.ask(.status) else { throw Failure.misfit }
    try printText(status.openMetrics)
    return .ok
}
