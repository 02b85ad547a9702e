package import Time

/// Streams of sound that are open, or were a moment ago, and move no sound.
package struct StillStreams: Equatable, Sendable {
    /// The direction of the sound: from the microphone, or to the speaker.
    package enum Direction: CaseIterable, Equatable, Sendable {
        case capture, playback
    }

    /// Why a stream moves no sound.
    package enum Cause: Equatable, Sendable {
        case suspended, stands
    }

    /// The change of a stream.
    package enum Change: Equatable, Sendable {
        /// The stream moves no sound, and its card reports no reason, as a hanging USB card does.
        case stands
        /// The card reports that it is suspended.
        case suspended
        /// The stream moves sound again.
        case moves
        /// The stream is stopped or gone, so it need not move.
        case over
    }

    private var causes: [Direction: Cause] = [:]

    package var isAny: Bool { !causes.isEmpty }

    /// Returns why this stream moves no sound; nil where it moves, or need not.
    package private(set) subscript(_ direction: Direction) -> Cause? {
        get { causes[direction] }
        set { causes[direction] = newValue }
    }

    /// Takes the change of a stream.
    mutating func update(_ direction: Direction, _ change: Change, _ orders: inout Orders) {
        let before = self[direction]
        switch change {
        case .suspended: self[direction] = .suspended
        case .stands:
            self[direction] = .stands
            orders.add(.reopen(direction))
        case .moves, .over: self[direction] = nil
        }
        // A stream that was opened again in vain has the same fault.
        guard (before == nil) != (self[direction] == nil) else { return }
        switch change {
        case .suspended, .stands: orders.add(.asleep(direction))
        case .moves: orders.add(.awake(direction))
        case .over: break
        }
    }

    /// Forgets a stream whose card is gone.
    mutating func lost(_ direction: Direction) { self[direction] = nil }
}

/// News of the sound: this station's own talk, and the voices of peers.
package enum SoundNews: Equatable, Sendable {
    /// The microphone opened for a target, by its `id`; the name is for people.
    ///
    /// `first` is the number of its first frame; `isDoubted` means that its listeners did not hear
    /// the talk before.
    case talking(target: Int, name: String?, first: UInt16?, isDoubted: Bool)
    /// The microphone closed for a target.
    case silent(target: Int, name: String?)
    /// A talkspurt of so many sent frames is over.
    case said(target: Int, frames: Int)
    /// A stream of a peer begins to sound, or ends.
    case receiving(peer: Int, stream: UInt8, isOn: Bool)
}

/// Checks whether listeners that send nothing still have their session with this station.
///
/// A peer that hears this station reports once a second. A silent peer may have restarted without
/// an address to call; a handshake finds that out long before the peer counts as down.
///
/// Each talkspurt, and each silence after reports, causes one check, which repeats until an answer
/// comes. After that the peer may stay silent: perhaps it does not listen to this talk.
package struct Doubts: Sendable {
    /// A listener that reports is silent for this long only when two reports were lost.
    static let silentAfter = Duration.milliseconds(2500)
    static let checkedAgainAfter = Duration.seconds(2)

    /// The proof that a peer has our session: when its last packet came, nil before the first, and
    /// when its session began, nil where it has none.
    package typealias SignsOfLife = (opened: Instant?, sessionSince: Instant?)

    /// A peer that hears a talk; a peer in two talks is two listeners.
    struct Listener: Sendable {
        let peer: Int
        /// When the talk began.
        let since: Instant
        let signs: SignsOfLife
        /// When the listener last reported on our sound; nil before its first report.
        let reported: Instant?
    }

    /// When the next peer will have been silent for too long, or is due for another check; nil when
    /// there is none.
    private(set) var deadline: Instant?
    private var checkedAt = ByPeer<Instant?>(nil)

    /// Checks the listeners that have fallen silent.
    mutating func check(_ listeners: [Listener], at now: Instant, _ orders: inout Orders) {
        deadline = nil
        for listener in listeners where isDoubtful(listener, at: now) {
            checkedAt[listener.peer] = now
            orders.add(.checkSession(peer: listener.peer))
        }
        for listener in listeners {
            guard let due = due(listener), due > now else { continue }
            deadline = deadline.map { min($0, due) } ?? due
        }
    }

    /// Forgets a peer whose number now belongs to another.
    mutating func forget(_ peer: Int) { checkedAt[peer] = nil }

    private func isDoubtful(_ listener: Listener, at now: Instant) -> Bool {
        guard let due = due(listener), now >= due else { return false }
        guard let checked = checkedAt[listener.peer] else { return true }
        let isAnswered = listener.signs.sessionSince.map { $0 > checked } ?? false
        let reported = listener.reported ?? listener.since
        return !isAnswered || checked < max(reported, listener.since)
    }

    /// Returns when to check a peer that sends nothing; nil where it never sent a packet.
    private func due(_ listener: Listener) -> Instant? {
        guard let opened = listener.signs.opened else { return nil }
        let silent = max(opened, listener.since) + Self.silentAfter
        guard let checked = checkedAt[listener.peer] else { return silent }
        return max(silent, checked + Self.checkedAgainAfter)
    }
}
