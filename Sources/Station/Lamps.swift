public import Time

/// What lamps show: all of it holds in this moment.
package struct LampFacts: Equatable, Sendable {
    /// The microphone is open.
    package var isTalking = false
    /// The microphone is open, and no peer can hear it.
    package var isUnheard = false
    /// A peer is heard.
    package var isReceiving = false
    /// Speech in this room may open the microphone.
    package var isListening = false
    /// A call rings.
    package var isRinging = false
    /// A call was missed, and nobody has touched anything since.
    package var hasMissed = false
    /// A voice message has not been heard.
    package var hasMessage = false
    /// A peer has lit the call light.
    package var isCalled = false
    /// Nobody is to be disturbed.
    package var isResting = false
    /// Something of this station does not work.
    package var hasFault = false
    /// The station has no peers.
    package var isUnpaired = false
}

/// The light of a lamp while it shows something: steady, or in a distinct rhythm.
///
/// Times count from the moment it began to show it, so it is lit at once.
public enum LampPattern: Sendable {
    case steady
    /// The microphone is open, but no station can hear it: mostly on, dark twice a second.
    case unheard
    /// A call rings here: half a second on, half a second off.
    case ringing
    /// A missed call, or a voice message: two short flashes every two seconds.
    case missed
    /// A peer's call light: four times a second.
    case calling

    /// The changes within one round, starting lit.
    private var steps: [Duration] {
        switch self {
        case .steady: []
        case .unheard: [.milliseconds(400), .milliseconds(100)]
        case .ringing: [.milliseconds(500), .milliseconds(500)]
        case .missed:
            [.milliseconds(100), .milliseconds(200), .milliseconds(100), .milliseconds(1600)]
        case .calling: [.milliseconds(125), .milliseconds(125)]
        }
    }

    /// Whether it is lit at a moment, and when that changes; nil means never.
    public func look(since begin: Instant, at now: Instant) -> (isLit: Bool, until: Instant?) {
        let steps = steps
        var round: Int64 = 0
        for step in steps { round += step.nanoseconds }
        guard round > 0 else { return (true, nil) }
        let elapsed = max(0, (now - begin).nanoseconds)
        var end = elapsed - elapsed % round
        for (place, step) in steps.enumerated() {
            end += step.nanoseconds
            if elapsed < end { return (place % 2 == 0, begin + .nanoseconds(end)) }
        }
        preconditionFailure("the remainder lies within the round")
    }
}

/// The lamp by which a peer calls for somebody without making a sound.
package struct CallLight: Sendable {
    /// The light is on for no less and no more than this, however long a peer asks for.
    static let times = Duration.seconds(1)...Duration.seconds(300)
    /// For this long this station asks a peer to light its own.
    static let requested = Duration.seconds(30)
    /// A peer that asks without pause keeps the light on, but does not fill the journal.
    static let noticePause = Duration.seconds(5)

    /// When it goes out by itself; nil when it is off.
    private(set) var deadline: Instant?
    private var toldAt = ByPeer<Instant?>(nil)

    /// Whether it is on.
    package var isLit: Bool { deadline != nil }

    /// A peer that may do so lights it.
    mutating func light(by peer: Int, for time: Duration, at now: Instant, _ orders: inout Orders) {
        let time = min(max(time, Self.times.lowerBound), Self.times.upperBound)
        deadline = now + time
        if let told = toldAt[peer], now < told + Self.noticePause { return }
        toldAt[peer] = now
        orders.add(.signal(peer: peer, time))
    }

    /// Somebody is here: a key went down.
    mutating func putOut() { deadline = nil }

    mutating func tick(at now: Instant) {
        if let deadline, now >= deadline { putOut() }
    }

    /// Another peer has this number from now on.
    mutating func forget(_ peer: Int) { toldAt[peer] = nil }
}
