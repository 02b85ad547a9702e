internal import Time
public import Wire

/// A named group that this station may listen to, with its number and reference on the wire.
public struct Channel: Equatable, Sendable {
    /// The numbers of channels.
    ///
    /// Stream 0 carries talk to one peer alone; the last numbers belong to `TalkTarget`.
    public static let numbers = 1..<Int(TalkTarget.announcement)

    /// The channel's number here, 1…28; this station sends its sound for the channel on that
    /// stream.
    public let number: Int
    /// The channel's eight-byte name on the wire (protocol.md §2.4 `ref`); never 0.
    public let reference: UInt64
    /// Peers that may be heard here, by number.
    public let members: [Int]
    public let isListenedTo: Bool

    public init(number: Int, reference: UInt64, members: [Int], isListenedTo: Bool) {
        precondition(reference != 0 && Self.numbers.contains(number))
        self.number = number
        self.reference = reference
        self.members = members
        self.isListenedTo = isListenedTo
    }
}

/// Where the sound of one of a peer's streams goes.
public enum Hearing: Equatable, Sendable {
    /// Not bound by the peer yet: its sound is kept a moment, then dropped.
    case unbound
    /// Bound but not heard here, for this reason.
    case ignored(Unheard)
    /// Spoken to this station alone.
    case direct
    /// Spoken on the channel of this number.
    case channel(Int)
    /// A page, to the channel of this number or to this station alone; if `overrides`, mute and
    /// volume here do not apply.
    case page(channel: Int?, overrides: Bool)
    /// The other side of a call.
    case call

    public var isHeard: Bool {
        switch self {
        case .unbound, .ignored: false
        case .direct, .channel, .page, .call: true
        }
    }

    /// This station's stream in the same channel or call; nil for other sound.
    public var talk: UInt8? {
        switch self {
        case .channel(let number): UInt8(number)
        case .call: TalkTarget.call
        case .unbound, .ignored, .direct, .page: nil
        }
    }

    /// The number of the channel that the sound came on.
    public var channel: Int? {
        switch self {
        case .channel(let number): number
        case .page(let number, _): number
        case .unbound, .ignored, .direct, .call: nil
        }
    }
}

/// Whether sound that is played can be heard, and if not, why.
///
/// Each step on the way to the ear may lower the sound; the step that lowers it most is the reason,
/// and of equal steps the first. Pure, and real-time.
public struct Audibility: Sendable {
    /// At -40 dB a voice has a hundredth of its amplitude and drowns in the noise of a quiet room.
    ///
    /// A little above 0.01, because sums of decibels round: a setting of -40 dB counts.
    static let least: Float = 0.01001

    private var total: Float = 1
    private var lowest: Float = 1
    private var reason = Unheard.heard

    public init() {}

    /// Multiplies by a gain of one step, which `why` names.
    public mutating func pass(_ factor: Float, _ why: Unheard) {
        total *= factor
        guard factor < lowest else { return }
        lowest = factor
        reason = why
    }

    /// Why the sound is not heard; `heard` when it is.
    public var why: Unheard { total > Self.least ? .heard : reason }

    /// Whether this gain alone makes sound inaudible.
    public static func isInaudible(_ factor: Float) -> Bool { factor <= least }
}

/// The contacts of a button, without their bounce.
///
/// A change counts after it has lasted for the bounce time, so a glitch on a long wire is no press;
/// the pre-roll keeps the speech of that time. Moments are those of the edges, whenever the edges
/// are read.
struct Contact: Sendable {
    /// The state that counts now, and when it began; the caller may learn of it later.
    enum Change: Equatable, Sendable {
        case pressed(at: Instant)
        case released(at: Instant)
    }

    private var isDown: Bool
    private var settlesAt: Instant?
    var debounce: Duration

    init(isDown: Bool, debounce: Duration) {
        self.isDown = isDown
        self.debounce = debounce
    }

    /// When the pending change will count; nil when the contact is at rest.
    var deadline: Instant? { settlesAt }

    mutating func edge(isDown level: Bool, at now: Instant) -> Change? {
        // The bounce time may have passed before this edge, without a tick in between.
        let change = tick(at: now)
        if level == isDown {
            settlesAt = nil
        } else if settlesAt == nil {
            settlesAt = now + debounce
        }
        return change ?? tick(at: now)
    }

    mutating func tick(at now: Instant) -> Change? {
        guard let moment = settlesAt, now >= moment else { return nil }
        settlesAt = nil
        isDown.toggle()
        return isDown ? .pressed(at: moment) : .released(at: moment)
    }
}

/// A target that this station speaks to: one stream number towards each listener.
public struct TalkTarget: Equatable, Sendable {
    /// The streams whose listeners the control thread sets at run time: an announcement from a
    /// file, a page, a call.
    public static let announcement: UInt8 = 29
    public static let page: UInt8 = 30
    public static let call: UInt8 = 31
    /// The number for a voice message, which stays on this station: no stream, and no listeners.
    public static let message: UInt8 = .max
    /// The targets of these streams, without listeners.
    public static let aimed: [TalkTarget] = [message, announcement, page, call].map {
        TalkTarget(stream: $0, reference: 0, listeners: [])
    }

    /// The stream, 0…31, bound to the reference at every listener; or `message`.
    public let stream: UInt8
    /// The channel's reference, or 0 for the peer itself.
    public let reference: UInt64
    /// The listeners, by peer number; an aimed target has none until it is bound.
    public let listeners: PeerSet
    /// The talk's priority at the listeners.
    public let priority: Priority
    /// The kind of sound that its listeners hear.
    public let purpose: StreamBinding.Purpose

    /// The target's number, which a change of settings does not alter: its stream, or 32…95 for a
    /// single peer.
    public var id: Int {
        stream > 0 ? Int(stream) : Int(PacketFlags.streams.upperBound) + (listeners.first ?? 0)
    }

    /// Whether the control thread sets its listeners.
    public var isAimed: Bool { stream >= Self.announcement }

    public init(
        stream: UInt8, reference: UInt64, listeners: PeerSet, priority: Priority = .normal,
        purpose: StreamBinding.Purpose = .talk
    ) {
        precondition(PacketFlags.streams.contains(stream) || stream == Self.message)
        precondition(stream > 0 || listeners.count == 1)
        self.stream = stream
        self.reference = reference
        self.listeners = listeners
        self.priority = priority
        self.purpose = purpose
    }
}

extension Switchboard {
    /// Returns the target that is this peer alone; nil where the settings have none.
    package func target(ofPeer peer: Int) -> TalkTarget? {
        targets.first { $0.stream == 0 && $0.listeners.contains(peer) }
    }
}
