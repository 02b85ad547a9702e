internal import HAL

/// Asks a person at the terminal; only a written yes is one.
func isAgreed(_ question: String) -> Bool {
    let columns = Terminal.size(of: .complaint)?.columns ?? Int.max
    let text = folded(trimmed(question), columns: columns)
    // The cursor stays behind the question.
    Terminal.write("\(text.dropLast()) ", to: .complaint)
    return ["y", "yes"].contains((Keyboard.line() ?? "").lowercased())
}
