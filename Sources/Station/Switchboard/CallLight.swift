internal import Time

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
