/// A mistake in a configuration, in words for the person who wrote it.
public struct Mistake: Equatable, Sendable {
    public let origin: Origin
    public let what: String
    /// The nearest right word.
    public let suggestion: String?
    /// The way out, where correcting the line is not enough.
    public let advice: String?

    public init(
        _ origin: Origin, _ what: String, didYouMean suggestion: String? = nil,
        advice: String? = nil
    ) {
        self.origin = origin
        self.what = what
        self.suggestion = suggestion
        self.advice = advice
    }

    /// The way out, for a person.
    public var fix: String {
        let question = suggestion.map { "did you mean \"\($0)\"?" }
        guard let advice else { return question ?? "sudoedit \(origin.file)" }
        return (question.map { "\($0) if not: " } ?? "") + advice
    }
}

extension Mistake: CustomStringConvertible {
    public var description: String {
        guard let suggestion else { return "\(origin): \(what)" }
        return "\(origin): \(what); did you mean \"\(suggestion)\"?"
    }
}

/// Why a configuration was refused: all its mistakes, so that all can be corrected at once.
public struct ConfigError: Error, Equatable {
    /// The first mistakes, by file and line; at least one, at most `Limits.mistakes`.
    public let mistakes: [Mistake]
    /// The number of further mistakes.
    public let omitted: Int

    init(_ found: [Mistake]) {
        precondition(!found.isEmpty)
        mistakes = Array(found.prefix(Limits.mistakes))
        omitted = found.count - mistakes.count
    }
}

extension ConfigError: CustomStringConvertible {
    /// One line for each mistake, without a newline at the end.
    public var description: String {
        var text = ""
        for mistake in mistakes {
            if !text.isEmpty { text += "\n" }
            text += mistake.description
        }
        if omitted > 0 { text += "\nand \(omitted) more" }
        return text
    }
}
