/// A cause that keeps a voice from being heard, here or at a peer; `status` lists them.
public struct Hindrance: JSONRecord, Equatable, Sendable {
    public enum Place: String, Sendable {
        /// This station does not hear.
        case here
        /// A peer does not hear this station.
        case there
    }

    public var place = Place.here
    /// The peer that is not heard here, or does not hear us; null if it concerns all peers.
    public var peer: String?
    public var reason = HeardBy.Reason.other
    /// For a person, and what to do about it.
    public var text = ""
    public var fix = ""
    /// Seconds since a talk was not heard; null while the cause persists.
    public var ageSeconds: Double?

    public init() {}

    public init(
        _ place: Place, _ reason: HeardBy.Reason, _ text: String, _ fix: String,
        peer: String? = nil, ageSeconds: Double? = nil
    ) {
        self.place = place
        self.peer = peer
        self.reason = reason
        self.text = text
        self.fix = fix
        self.ageSeconds = ageSeconds
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("where", &place)
        coder.field("peer", &peer)
        var word = reason.rawValue
        coder.field("reason", &word)
        reason = HeardBy.Reason(word: word)
        coder.field("text", &text)
        coder.field("fix", &fix)
        coder.field("age_s", &ageSeconds)
    }

    public var fault: Fault { Fault(reason.rawValue, text, fix: fix) }
}
