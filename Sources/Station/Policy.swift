internal import Time
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
    /// The peer may record talk that this station takes part in.
    public var record: Bool

    public init(
        call: Answering = .ring, announce: Bool = true, dropIn: Bool = false,
        monitor: Bool = false, high: Bool = false, emergency: Bool = false,
        relays: [UInt64] = [], signal: Bool = true, record: Bool = true
    ) {
        self.call = call
        self.announce = announce
        self.dropIn = dropIn
        self.monitor = monitor
        self.high = high
        self.emergency = emergency
        self.relays = relays
        self.signal = signal
        self.record = record
    }

    /// Returns the priority of the peer's voice here: the claimed one, limited to the peer's
    /// rights.
    public func priority(claiming claimed: Priority) -> Priority {
        min(claimed, emergency ? .emergency : high ? .high : .normal)
    }

    /// Whether the peer may open this station's microphone without a key press here.
    public var opensMicrophone: Bool { call == .auto || dropIn || monitor }

    /// The same policy, except that the microphone opens only when a person here presses a key.
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
    case record
    /// A page on a channel that this station does not listen to; a page or talk on a channel of
    /// which the peer is no member here.
    case channel
    /// A mode of call that this version does not know.
    case mode
    /// More calls than one peer may offer.
    case tooOften = "too-often"
    /// More records than one peer may send.
    case flood
    /// Joining a call of a channel uninvited: the caller has not named the peer.
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

/// The rights that peers have here at this moment.
///
/// A peer may open the microphone only where a beep or a lamp warns people in the room at once.
/// While it is open, the beep comes every ten seconds: a speaker that is away for a shorter time,
/// such as an unplugged USB card, ends nothing.
package struct Consent: Sendable {
    /// The beep and the lamp that can warn people here of a listener.
    package struct Signs: Equatable, Sendable {
        let isSpeakerOpen: Bool
        let canBeep: Bool
        let hasTalkLamp: Bool
        let hasRecordingLamp: Bool
        /// Why nobody notices a call that rings here; `heard` where a person may notice it.
        let ring: Unheard

        /// - Parameters:
        ///   - isSpeakerOpen: The speaker plays now.
        ///   - canBeep: The settings have a speaker, and it is audible.
        ///   - hasTalkLamp: A lamp that shows an open microphone can be lit.
        ///   - hasRecordingLamp: A lamp that shows recordings can be lit.
        ///   - ring: Why nobody notices a call that rings here.
        package init(
            isSpeakerOpen: Bool, canBeep: Bool, hasTalkLamp: Bool, hasRecordingLamp: Bool = false,
            ring: Unheard = .heard
        ) {
            (self.isSpeakerOpen, self.canBeep) = (isSpeakerOpen, canBeep)
            (self.hasTalkLamp, self.hasRecordingLamp) = (hasTalkLamp, hasRecordingLamp)
            self.ring = ring
        }

        /// No beep and no lamp can warn people.
        static let none = Signs(isSpeakerOpen: false, canBeep: false, hasTalkLamp: false)

        /// Whether people here would be warned at once when a peer listens.
        var tell: Bool { isSpeakerOpen && canBeep || hasTalkLamp }

        /// Whether people here would be told at once that a peer records them.
        package var tellOfRecordings: Bool { isSpeakerOpen && canBeep || hasRecordingLamp }
    }

    static let speakerPatience = Duration.seconds(10)

    /// The signs at the last look.
    package private(set) var signs = Signs.none
    /// When a sign could last warn people.
    private var toldAt = Instant(nanoseconds: .min / 2)

    /// Whether people here are warned when a peer listens.
    package var tellsOfListeners: Bool { signs.tell }

    /// Returns the rights that hold now, of those in the settings, in the order of peer numbers.
    ///
    /// - Parameters:
    ///   - configured: The rights in the settings.
    ///   - signs: The beep and the lamp that can warn people.
    ///   - isHeard: Whether a peer hears the room unasked already, and people were warned.
    ///   - now: The time.
    /// - Returns: The rights that hold.
    mutating func policies(
        _ configured: [Policy], _ signs: Signs, isHeard: Bool, at now: Instant
    ) -> [Policy] {
        self.signs = signs
        if signs.tell { toldAt = now }
        let isPatient = isHeard && signs.canBeep && now - toldAt < Self.speakerPatience
        guard !signs.tell, !isPatient else { return configured }
        return configured.map { $0.withoutListeners }
    }
}
