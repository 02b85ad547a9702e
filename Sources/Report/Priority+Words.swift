public import Wire

/// The priority of a call, page or announcement, as people type it and JSON has it.
extension Priority {
    /// The words, from the lowest priority to the highest.
    public static let words = ["normal", "high", "emergency"]

    /// The word of the priority; a number that this release does not know counts as normal.
    public var word: String {
        let place = Int(rawValue)
        return Self.words[Self.words.indices.contains(place) ? place : 0]
    }

    /// Nil when the word names no priority.
    public init?(word: String) {
        guard let place = Self.words.firstIndex(of: word) else { return nil }
        self.init(rawValue: UInt8(place))
    }
}
