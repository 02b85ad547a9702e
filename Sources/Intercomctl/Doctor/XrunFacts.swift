internal import Control

/// Sound lost between card and program, as the running daemon counts it.
struct XrunFacts {
    var status: Status?

    /// A machine that starts other programs has a few, which do not matter.
    private static let few = 3

    init(status: Status?) { self.status = status }

    init(_ situation: Situation) { status = situation.status }

    var checks: [Check] {
        guard let status else { return [.ok(.xruns, "counted while intercomd runs")] }
        let (input, output) = (status.audio.input.xruns, status.audio.output.xruns)
        let (sum, isTooMuch) = input.addingReportingOverflow(output)
        let count = isTooMuch ? Int.max : sum
        let text = "\(plural(count, "xrun")) in \(age(seconds: status.uptimeSeconds))"
        // One in an hour is inaudible.
        guard count >= Self.few, count > status.uptimeSeconds / 3600 else {
            return [.ok(.xruns, text)]
        }
        return [
            .warn(
                .xruns, "\(text): sound has gaps",
                fix: "see what loads the machine (top), or period = 20ms in [audio]")
        ]
    }
}
