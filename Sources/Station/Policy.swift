public import Wire

/// The rights of one peer here: consent is the receiving station's setting (talking.md "Consent").
public struct Policy: Equatable, Sendable {
    /// The answer to its calls.
    public enum Answering: String, CaseIterable, Sendable {
        case ring
        /// Answered at once, with the microphone open.
        case auto
        case never
    }

    public var call: Answering
    /// Announcements and pages of the peer are heard here without an answer.
    public var announce: Bool
    /// The peer may open the microphone and the speaker.
    public var dropIn: Bool
    /// The peer may open the microphone.
    public var monitor: Bool
    /// The peer's voice may turn others down.
    public var high: Bool
    /// The peer may use the emergency priority: above do-not-disturb and other calls.
    public var emergency: Bool
    /// The relays that the peer may switch, by the references of their names.
    public var relays: [UInt64]
    public var signal: Bool

    public init(
        call: Answering = .ring, announce: Bool = true, dropIn: Bool = false,
        monitor: Bool = false, high: Bool = false, emergency: Bool = false,
        relays: [UInt64] = [], signal: Bool = true
    ) {
        self.call = call
        self.announce = announce
        self.dropIn = dropIn
        self.monitor = monitor
        self.high = high
        self.emergency = emergency
        self.relays = relays
        self.signal = signal
    }

    /// The priority that the peer's voice has here: what it claims, but no more than it may have.
    public func priority(claiming claimed: Priority) -> Priority {
        min(claimed, emergency ? .emergency : high ? .high : .normal)
    }

    /// Whether the peer may open this station's microphone without a key press here.
    public var opensMicrophone: Bool { call == .auto || dropIn || monitor }

    /// The same policy, except that a person here must press a key.
    public var withoutListeners: Policy {
        var policy = self
        if policy.call == .auto { policy.call = .ring }
        policy.dropIn = false
        policy.monitor = false
        return policy
    }
}

/// A right that a peer claimed without having it.
public enum Refusal: String, CaseIterable, Sendable {
    case call
    case announce
    case dropIn = "drop-in"
    case monitor
    case high
    case emergency
    case relay
    case signal
    /// A page on a channel that this station does not listen to; a page or talk on a channel of
    /// which the peer is no member here.
    case channel
    /// A mode of call that this version does not know.
    case mode
    /// More calls than one peer may offer.
    case tooOften = "too-often"
    /// More records than one peer may send.
    case flood
    /// To be in a call of a channel, without a word of its caller.
    case uninvited
}

/// The counts of one peer's refused requests, by kind.
public struct Refusals: Equatable, Sendable {
    private var counts = [UInt64](repeating: 0, count: Refusal.allCases.count)

    public subscript(_ refusal: Refusal) -> UInt64 {
        get { counts[Self.place(of: refusal)] }
        set { counts[Self.place(of: refusal)] = newValue }
    }

    private static func place(of refusal: Refusal) -> Int {
        Refusal.allCases.firstIndex(of: refusal)!
    }
}

/// Whether people here may be disturbed now; do-not-disturb and quiet hours have the same effect.
public enum Availability: Sendable {
    case open
    /// Only by an emergency of a peer with that right.
    case doNotDisturb
}
