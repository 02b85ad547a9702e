/// Something that is wrong, or could be better: the cause, its place and the remedy.
///
/// The part of the program that detects a fault creates the `Fault`, and every screen shows it
/// unchanged.
public struct Fault: JSONRecord, Equatable, Sendable, Error {
    /// One word for programs, such as `no_carrier` or `busy`.
    public var code = ""
    /// The part at fault, such as `button ptt on GPIO17`, or a peer's name; empty for the whole
    /// station.
    public var subject = ""
    public var text = ""
    /// The remedy; null if the text names it, or there is none.
    public var fix: String?

    public init() {}

    public init(_ code: String, of subject: String = "", _ text: String, fix: String? = nil) {
        (self.code, self.subject, self.text, self.fix) = (code, subject, text, fix)
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("code", &code)
        coder.field("subject", &subject)
        coder.field("text", &text)
        coder.field("fix", &fix)
    }

    /// The text with its subject.
    public var finding: String { subject.isEmpty ? text : "\(subject): \(text)" }

    /// The whole fault on one line.
    public var sentence: String { fix.map { "\(finding) -> \($0)" } ?? finding }
}

/// A cause that keeps a voice from being heard, here or at a peer; `status` lists them.
public struct Hindrance: JSONRecord, Equatable, Sendable {
    public enum Place: String, JSONWord, Sendable {
        /// This station does not hear.
        case here
        /// A peer does not hear this station.
        case there
    }

    public var place = Place.here
    /// The peer that is not heard here, or does not hear us; null if it concerns all peers.
    public var peer: String?
    public var reason = HeardBy.Reason.other
    /// The cause and the remedy, for a person.
    public var text = ""
    public var fix = ""
    /// Seconds since a talk was not heard; null while the cause persists.
    public var ageSeconds: Double?

    public init() {}

    /// Takes the fix of the reason, unless another is given.
    public init(
        _ place: Place, _ reason: HeardBy.Reason, _ text: String, _ fix: String? = nil,
        peer: String? = nil, ageSeconds: Double? = nil
    ) {
        self.place = place
        self.peer = peer
        self.reason = reason
        self.text = text
        self.fix = fix ?? reason.fix
        self.ageSeconds = ageSeconds
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("where", &place)
        coder.field("peer", &peer)
        coder.field("reason", &reason)
        coder.field("text", &text)
        coder.field("fix", &fix)
        coder.field("age_s", &ageSeconds)
    }

    public var fault: Fault { Fault(reason.rawValue, text, fix: fix) }
}
