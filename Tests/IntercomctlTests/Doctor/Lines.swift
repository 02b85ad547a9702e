@testable import Intercomctl

/// The lines of checks, as the screen has them without the count.
func lines(_ checks: [Check]) -> [String] {
    Diagnosis(checks: checks).screen.split(separator: "\n").dropLast().map(String.init)
}
