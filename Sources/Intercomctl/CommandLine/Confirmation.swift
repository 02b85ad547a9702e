internal import HAL

/// Asks a person at the terminal; only a written yes is one.
func isAgreed(_ question: String) -> Bool {
    try? printQuestion(question, to: .complaint)
    return ["y", "yes"].contains((Keyboard.line() ?? "").lowercased())
}
