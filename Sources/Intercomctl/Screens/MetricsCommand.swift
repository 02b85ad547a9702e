internal import Control

/// `metrics`: the status for a machine that collects numbers.
///
/// The problems are one of the metrics, so they do not change the exit status.
func printMetrics(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .status(let status) = try daemon.ask(.status) else { throw Failure.misfit }
    try printText(status.openMetrics)
    return .ok
}
