@testable import Intercomctl

/// The report on one topic.
func diagnosis(_ topic: Check.Topic, _ report: (inout Diagnosis) -> Void) -> Diagnosis {
    var found = Diagnosis(topic: topic)
    report(&found)
    return found
}

/// Its lines, as the screen has them without the count, and without its columns.
func lines(_ topic: Check.Topic, _ report: (inout Diagnosis) -> Void) -> [String] {
    diagnosis(topic, report).screen.split(separator: "\n").dropLast().map { line in
        line.split(separator: " ").joined(separator: " ")
    }
}

/// The verdicts on it.
func verdicts(_ topic: Check.Topic, _ report: (inout Diagnosis) -> Void) -> [Check.Verdict] {
    diagnosis(topic, report).checks.map { $0.verdict }
}
