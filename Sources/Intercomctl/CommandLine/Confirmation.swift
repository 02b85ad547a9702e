internal import HAL

/// Asks a person at the terminal; only a written yes is one.
func isAgreed(_ question: String) -> Bool { ["y", "yes"].contains(answer(to: question)) }

/// A person's line at a terminal, in small letters.
func answer(to question: String) -> String {
    try? printQuestion(question, to: .complaint)
    return (Keyboard.line() ?? "").lowercased()
}
