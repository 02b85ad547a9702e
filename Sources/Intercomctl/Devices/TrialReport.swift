internal import HAL
internal import Report

/// The result of a `test` command: a verdict for people, numbers for programs.
struct TrialReport {
    enum Verdict: String {
        case ok
        /// Done; only the person can tell whether it was heard or seen.
        case done
        case failed

        /// The start of the line, padded to one width.
        var word: String {
            switch self {
            case .ok: "ok    "
            case .done: "done  "
            case .failed: "FAIL  "
            }
        }
    }

    /// `speaker`.
    let test: String
    /// The card or line.
    let device: String
    let verdict: Verdict
    /// One sentence, with what to do if there is something.
    let text: String
    /// The finding in one word, where there is more than the verdict.
    var word: String?
    var numbers: [(key: String, value: Double?)] = []

    /// Prints it; what failed ends with 1.
    func print(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
        if invocation.isJSON {
            try printLine(json)
        } else {
            try printLine(verdict.word + text.visible)
        }
        return verdict == .failed ? .failed : .ok
    }

    private var json: JSON {
        var json = JSON.object()
        json.set("schema", JSON(1))
        json.set("test", JSON(test))
        json.set("device", JSON(device))
        json.set("ok", JSON(verdict != .failed))
        json.set("verdict", JSON(word ?? verdict.rawValue))
        json.set("message", JSON(text))
        var inner = JSON.object()
        for (key, value) in numbers { inner.set(key, value.map { JSON($0) } ?? .null()) }
        json.set("numbers", inner)
        return json
    }
}

/// Prints progress, unless the output is JSON.
func printProgress(_ text: String, _ invocation: borrowing Invocation) throws(Failure) {
    if !invocation.isJSON { try printLine(text) }
}
