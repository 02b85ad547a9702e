internal import Report

/// One line of the doctor: the subject, the verdict and the fix.
struct Check: Equatable {
    /// The doctor's topics, in the order of its report.
    enum Topic: String, CaseIterable, Sendable {
        case config, daemon, status, service
        case selfTest = "self-test"
        case peers, wifi, disk
    }

    enum Verdict: String, Sendable {
        case ok, warn, fail

        /// The word on the screen; problems stand out in capitals.
        var word: String { self == .ok ? rawValue : rawValue.uppercased() }
    }

    let topic: Topic
    /// The part of the topic, such as "wlan0".
    let subject: String?
    let verdict: Verdict
    let text: String
    /// A command to paste, or advice; nil where the text has the advice, or all is well.
    let fix: String?

    /// "status", "wifi wlan0".
    var name: String { subject.map { "\(topic.rawValue) \($0)" } ?? topic.rawValue }

    var json: JSON {
        var json = JSON.object()
        json.set("topic", JSON(topic.rawValue))
        json.set("name", JSON(name))
        json.set("verdict", JSON(verdict.rawValue))
        json.set("text", JSON(text))
        json.set("fix", fix.map { JSON($0) } ?? .null())
        return json
    }
}

/// The doctor's report, to which each topic adds its checks, with the counts of failures and
/// warnings.
struct Diagnosis {
    /// The topic of the next checks.
    var topic = Check.Topic.config
    private(set) var checks: [Check] = []

    var failures: Int { checks.count { $0.verdict == .fail } }
    var warnings: Int { checks.count { $0.verdict == .warn } }
    var exitCode: ExitCode { failures + warnings == 0 ? .ok : .degraded }

    mutating func add(
        _ verdict: Check.Verdict, of subject: String? = nil, _ text: String, fix: String? = nil
    ) {
        checks.append(
            Check(topic: topic, subject: subject, verdict: verdict, text: text, fix: fix))
    }

    /// One line for each check, then the counts.
    var screen: String {
        var width = 14
        for check in checks { width = max(width, check.name.unicodeScalars.count) }
        var text = ""
        for check in checks {
            text += padded(check.verdict.word, to: 6)
            text += padded(check.name.visible, to: width + 2) + check.text.visible
            if let fix = check.fix { text += "  -> \(fix.visible)" }
            text += "\n"
        }
        return text + "\(plural(failures, "failure")), \(plural(warnings, "warning"))\n"
    }

    var json: JSON {
        var json = JSON.result("checks", checks) { $0.json }
        json.set("failures", JSON(failures))
        json.set("warnings", JSON(warnings))
        return json
    }
}
