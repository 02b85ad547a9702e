internal import Report

/// One line of the doctor: the subject, the verdict and the fix.
struct Check: Equatable {
    enum Verdict: String, Sendable {
        case ok, warn, fail

        /// The word on the screen; problems stand out in capitals.
        var word: String {
            switch self {
            case .ok: "ok"
            case .warn: "WARN"
            case .fail: "FAIL"
            }
        }
    }

    let topic: Topic
    /// "audio input", "gpio GPIO17".
    let name: String
    let verdict: Verdict
    let text: String
    /// A command to paste, or what to do; with `ok` mere advice.
    let fix: String?

    private init(
        _ topic: Topic, _ subject: String?, _ verdict: Verdict, _ text: String, _ fix: String?
    ) {
        self.topic = topic
        self.name = subject.map { "\(topic.noun) \($0)" } ?? topic.noun
        self.verdict = verdict
        self.text = text
        self.fix = fix
    }

    static func ok(
        _ topic: Topic, of subject: String? = nil, _ text: String, advice: String? = nil
    ) -> Check {
        Check(topic, subject, .ok, text, advice)
    }

    static func warn(
        _ topic: Topic, of subject: String? = nil, _ text: String, fix: String
    ) -> Check {
        Check(topic, subject, .warn, text, fix)
    }

    static func fail(
        _ topic: Topic, of subject: String? = nil, _ text: String, fix: String
    ) -> Check {
        Check(topic, subject, .fail, text, fix)
    }

    /// What the daemon has found.
    static func said(_ verdict: Verdict, _ fault: Fault) -> Check {
        Check(.status, nil, verdict, fault.finding, fault.fix)
    }
}

extension Check {
    /// The doctor's topics, in the order of its report.
    enum Topic: String, CaseIterable, Sendable {
        case config, keys, daemon, status, service
        case selfTest = "self-test"
        case audio, gpio, realtime, memory, network, peers, wifi, clock, disk

        /// The name of one check of the topic.
        var noun: String { self == .peers ? "peer" : rawValue }
    }
}

/// The doctor's whole report, with the counts of failures and warnings.
struct Diagnosis {
    var checks: [Check] = []

    var failures: Int { checks.count { $0.verdict == .fail } }
    var warnings: Int { checks.count { $0.verdict == .warn } }
    var exitCode: ExitCode { failures + warnings == 0 ? .ok : .degraded }

    /// One line a check, then the count.
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
        var list = JSON.array()
        for check in checks {
            var object = JSON.object()
            object.set("topic", JSON(check.topic.rawValue))
            object.set("name", JSON(check.name))
            object.set("verdict", JSON(check.verdict.rawValue))
            object.set("text", JSON(check.text))
            object.set("fix", check.fix.map { JSON($0) } ?? .null())
            list.append(object)
        }
        var json = JSON.object()
        json.set("schema", JSON(1))
        json.set("checks", list)
        json.set("failures", JSON(failures))
        json.set("warnings", JSON(warnings))
        return json
    }
}
