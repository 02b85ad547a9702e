public import Wire

/// The priority of a call, page or announcement as people type it and JSON has it.
extension Priority {
    /// In the order in which they outrank each other.
    public static let words = ["normal", "high", "emergency"]

    /// A number that this release does not know counts as normal.
    public var word: String {
        switch self {
        case .emergency: "emergency"
        case .high: "high"
        default: "normal"
        }
    }

    /// Nil when the word names no priority.
    public init?(word: String) {
        switch word {
        case "emergency": self = .emergency
        case "high": self = .high
        case "normal": self = .normal
        default: return nil
        }
    }
}
