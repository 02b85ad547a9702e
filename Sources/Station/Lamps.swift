public import Time

/// The facts that lamps show, as they are at one moment.
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
    /// A call was missed, and nobody has touched the station since.
    package var hasMissed = false
    /// A voice message has not been heard.
    package var hasMessage = false
    /// This station or a peer records a talk here.
    package var isRecorded = false
    /// A peer has lit the call light.
    package var isCalled = false
    /// Do-not-disturb applies.
    package var isResting = false
    /// Something of this station does not work.
    package var hasFault = false
    /// The station has no peers.
    package var isUnpaired = false
}

/// The light of a lamp while it shows something: steady, or in a distinct rhythm.
///
/// Times count from the moment the lamp began to show it, so the lamp is lit at once.
public enum LampPattern: Sendable {
    case steady
    /// The microphone is open, but no station can hear it: mostly on, dark twice a second.
    case unheard
    /// A call rings here: half a second on, half a second off.
    case ringing
    /// A missed call, or a voice message: two short flashes every two seconds.
    case missed
    /// A peer's call light: four times a second.
    case callLight

    /// The changes within one round, starting lit.
    private var steps: [Duration] {
        switch self {
        case .steady: []
        case .unheard: [.milliseconds(400), .milliseconds(100)]
        case .ringing: [.milliseconds(500), .milliseconds(500)]
        case .missed:
            [.milliseconds(100), .milliseconds(200), .milliseconds(100), .milliseconds(1600)]
        case .callLight: [.milliseconds(125), .milliseconds(125)]
        }
    }

    /// Returns whether the lamp is lit at a moment, and when that changes; nil means never.
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
    /// The bounds of the time that the light is on, whatever time a peer requests.
    static let times = Duration.seconds(1)...Duration.seconds(300)
    /// The time for which this station asks a peer to light its call light.
    static let requested = Duration.seconds(30)
    /// A peer that asks without pause keeps the light on, but its notices have this pause at least.
    static let noticePause = Duration.seconds(5)

    /// When the light goes out by itself; nil when it is off.
    private(set) var deadline: Instant?
    private var toldAt = ByPeer<Instant?>(nil)

    /// Whether the light is on.
    package var isLit: Bool { deadline != nil }

    /// Lights the lamp for a peer that has the right.
    mutating func light(by peer: Int, for time: Duration, at now: Instant, _ orders: inout Orders) {
        let time = min(max(time, Self.times.lowerBound), Self.times.upperBound)
        deadline = now + time
        if let told = toldAt[peer], now < told + Self.noticePause { return }
        toldAt[peer] = now
        orders.add(.signal(peer: peer, time))
    }

    /// Puts the light out: a key went down, so a person is here.
    mutating func putOut() { deadline = nil }

    mutating func tick(at now: Instant) {
        if let deadline, now >= deadline { putOut() }
    }

    /// Forgets a peer whose number now belongs to another.
    mutating func forget(_ peer: Int) { toldAt[peer] = nil }
}
