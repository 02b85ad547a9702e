internal import Control

/// `metrics`: the status for a machine that collects numbers.
///
/// The problems are one of the metrics, so they do not change the exit status.
func printMetrics(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let status = try statusNow(invocation)
    try printText(status.openMetrics)
    return .ok
}
