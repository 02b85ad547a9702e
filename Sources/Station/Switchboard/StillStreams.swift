package import Time

/// Streams of sound that are open, or were just now, and move none.
package struct StillStreams: Equatable, Sendable {
    /// Which way the sound goes: from the microphone, or to the speaker.
    package enum Direction: CaseIterable, Equatable, Sendable {
        case capture, playback
    }

    /// Why a stream moves no sound.
    package enum Cause: Equatable, Sendable {
        case suspended, stands
    }

    /// What became of a stream.
    package enum Change: Equatable, Sendable {
        /// It moves no sound, and its card says nothing of it, as a hanging USB card does.
        case stands
        /// Its card says that it is suspended.
        case suspended
        /// It moves sound again.
        case moves
        /// It is stopped or gone, so it need not move.
        case over
    }

    private var causes: [Direction: Cause] = [:]

    package var isAny: Bool { !causes.isEmpty }

    /// Why this stream moves no sound; nil where it moves, or need not.
    package private(set) subscript(_ direction: Direction) -> Cause? {
        get { causes[direction] }
        set { causes[direction] = newValue }
    }

    /// What became of a stream.
    mutating func update(_ direction: Direction, _ change: Change, _ orders: inout Orders) {
        let before = self[direction]
        switch change {
        case .suspended: self[direction] = .suspended
        case .stands:
            self[direction] = .stands
            orders.add(.reopen(direction))
        case .moves, .over: self[direction] = nil
        }
        // Opened again in vain, it is the same trouble.
        guard (before == nil) != (self[direction] == nil) else { return }
        switch change {
        case .suspended, .stands: orders.add(.asleep(direction))
        case .moves: orders.add(.awake(direction))
        case .over: break
        }
    }

    /// The card is gone: there is no stream to move.
    mutating func lost(_ direction: Direction) { self[direction] = nil }
}

/// What the sound tells: this station's own talk, and the voices of peers.
package enum SoundNews: Equatable, Sendable {
    /// The microphone opened for a target, by its `id`; the name is for people.
    ///
    /// `first` is the number of its first frame, and `isDoubted` says that its listeners did not
    /// hear the talk before.
    case talking(target: Int, name: String?, first: UInt16?, isDoubted: Bool)
    /// The microphone closed for a target.
    case silent(target: Int, name: String?)
    /// A talkspurt is over, and so many frames of it were sent.
    case said(target: Int, frames: Int)
    /// A stream of a peer begins to sound, or ends.
    case receiving(peer: Int, stream: UInt8, isOn: Bool)
}

/// Checks whether silent listeners of this station still have its session.
///
/// A peer that hears this station reports once a second. A silent peer may have restarted without
/// an address to call; a handshake finds that out long before the peer counts as down.
///
/// Each talkspurt, and each silence after reports, is reason for one check, repeated until it is
/// answered. After that the peer may stay silent: it may simply not listen to this talk.
package struct Doubts: Sendable {
    /// A listener that reports is silent for this long only when two reports were lost.
    static let silentAfter = Duration.milliseconds(2500)
    static let checkedAgainAfter = Duration.seconds(2)

    /// By what a peer shows that it has our session: when its last packet came, nil before the
    /// first, and when its session began, nil where it has none.
    package typealias SignsOfLife = (opened: Instant?, sessionSince: Instant?)

    /// A peer that is talked to; a peer in two talks is two listeners.
    struct Listener: Sendable {
        let peer: Int
        /// When the talk began.
        let since: Instant
        let signs: SignsOfLife
        /// When it reported on our sound last; nil before it did.
        let reported: Instant?
    }

    /// When the next peer will have been silent for too long, or is due to be checked again; nil
    /// when there is none.
    private(set) var deadline: Instant?
    private var checkedAt = ByPeer<Instant?>(nil)

    /// Checks those of the listeners that have fallen silent.
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

    /// Another peer has this number from now on.
    mutating func forget(_ peer: Int) { checkedAt[peer] = nil }

    private func isDoubtful(_ listener: Listener, at now: Instant) -> Bool {
        guard let due = due(listener), now >= due else { return false }
        guard let checked = checkedAt[listener.peer] else { return true }
        let isAnswered = listener.signs.sessionSince.map { $0 > checked } ?? false
        let reported = listener.reported ?? listener.since
        return !isAnswered || checked < max(reported, listener.since)
    }

    /// When a peer is checked if nothing comes from it; nil where nothing ever came.
    private func due(_ listener: Listener) -> Instant? {
        guard let opened = listener.signs.opened else { return nil }
        let silent = max(opened, listener.since) + Self.silentAfter
        guard let checked = checkedAt[listener.peer] else { return silent }
        return max(silent, checked + Self.checkedAgainAfter)
    }
}
