internal import Report

/// `version`: of this program, and of the daemon if it runs.
func showVersion(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var running: String?
    do throws(Failure) {
        var daemon = try Daemon(invocation)
        if case .version(let version) = try daemon.ask(.version) { running = version.version }
    } catch {
        // Without the daemon's answer, this program still prints its own version.
        running = nil
    }
    if invocation.isJSON {
        var json = JSON.object()
        json.set("schema", JSON(1))
        json.set("version", JSON(Product.version))
        json.set("daemon", running.map { JSON($0) } ?? .null())
        try printLine(json)
        return .ok
    }
    try printLine("intercomctl \(Product.version)")
    if let running { try printLine("intercomd \(running.visible), running") }
    return .ok
}
