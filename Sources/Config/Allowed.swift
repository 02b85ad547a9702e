/// The values that a setting may have, as its error message and the documents name them.
enum Allowed {
    case times(ClosedRange<Duration>)
    case integers(ClosedRange<Int>)
    case percents(ClosedRange<Int>)
    /// Bits a second.
    case bitrates(ClosedRange<Int>)
    /// Decibels with a sign: more, or less.
    case gains(ClosedRange<Double>)
    /// Decibels above something, without a sign.
    case levels(ClosedRange<Double>)
    /// One of a few words.
    case words([String])
    /// Text in forms of its own; the strings are the words in them, or their beginnings.
    case forms([String])

    /// `0 to 2s`, `half, full or auto`, or `keep, mute, or 0% to 100%`.
    var text: String {
        switch self {
        case .times(let range):
            Self.text(Quantity.text(range.lowerBound), Quantity.text(range.upperBound))
        case .integers(let range): Self.text("\(range.lowerBound)", "\(range.upperBound)")
        case .percents(let range): Self.text("\(range.lowerBound)%", "\(range.upperBound)%")
        case .bitrates(let range):
            Self.text(
                Quantity.text(bitrate: range.lowerBound), Quantity.text(bitrate: range.upperBound))
        case .gains(let range):
            Self.text(
                Quantity.text(decibels: range.lowerBound), Quantity.text(decibels: range.upperBound)
            )
        case .levels(let range):
            Self.text(
                Quantity.text(level: range.lowerBound), Quantity.text(level: range.upperBound))
        case .words(let words): oneOf(words)
        case .forms(let forms):
            // Forms have blanks, so the last one is set off by a comma too.
            forms.count > 1
                ? forms.dropLast().joined(separator: ", ") + ", or " + forms[forms.count - 1]
                : oneOf(forms)
        }
    }

    private static func text(_ least: String, _ most: String) -> String { "\(least) to \(most)" }
}
