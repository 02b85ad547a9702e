package import Time
package import Wire

/// The share of a talkspurt of this station that one listener hears or has heard.
package struct HeardAt: Equatable, Sendable {
    package let peer: Int
    /// The share of the sent sound that was heard, or, if the obstacle is `unknown`, of the sound
    /// that arrived; nil while the talkspurt goes on.
    package let percent: Int?
    /// Why the listener did not hear all of the talkspurt; nil where it heard nearly all.
    package let obstacle: Obstacle?

    package init(peer: Int, percent: Int?, _ obstacle: Obstacle?) {
        (self.peer, self.percent, self.obstacle) = (peer, percent, obstacle)
    }
}

/// The share of the last talkspurt to a listener that it has heard, and when the talkspurt ended.
package struct LastHeard: Equatable, Sendable {
    package let heard: HeardAt
    package let at: Instant
}

/// Whether a peer hears this station's talk at this moment.
package enum NowHeard: Equatable, Sendable {
    case heard
    case unheard(Obstacle)
}

/// Why a listener does not hear this station, or did not hear all of a talkspurt.
package enum Obstacle: Equatable, Sendable {
    /// There is no session with the listener.
    case down
    /// This machine has no network that would lead to the listener.
    case noNetwork
    /// This station's microphone is muted: it sends silence.
    case microphoneMuted
    /// The mixer of this station's card lets none of the microphone's sound through.
    case microphoneCardMuted
    /// This station's microphone is gone, or stands still: nothing is sent.
    case microphoneLost
    /// Nothing came back from the listener.
    case noAnswer
    /// The network lost much of the sound, or delivered it too late.
    case network
    /// The listener's program is older: it reports only the sound that has arrived.
    case unknown
    /// The listener gave this reason.
    case told(Unheard)
}

/// The voices of peers: the meaning of each stream here, and the streams that sound now.
package struct HeardVoices: Sendable {
    private struct Voice: Sendable {
        /// The streams that sound now, as bits.
        var sounding: UInt32 = 0
        var since: Instant?
        /// The meaning of each stream here.
        var hearings = [Hearing](repeating: .unbound, count: 32)
        /// The last value of each of `hearings` that let the stream be heard.
        var formerHearings = [Hearing](repeating: .unbound, count: 32)
    }

    private var voices = ByPeer(Voice())

    /// Whether any peer is heard now.
    package var isAny: Bool { voices.indices.contains { isHeard($0) } }

    /// Whether a peer is heard now.
    package func isHeard(_ peer: Int) -> Bool { voices[peer].sounding != 0 }

    /// Whether any stream that has this meaning here is heard now.
    func isAny(as hearing: Hearing) -> Bool {
        voices.indices.contains { peer in
            let voice = voices[peer]
            return voice.hearings.indices.contains {
                voice.sounding >> UInt32($0) & 1 == 1 && voice.hearings[$0] == hearing
            }
        }
    }

    /// The meaning of each stream of a peer here.
    package func hearings(of peer: Int) -> [Hearing] { voices[peer].hearings }

    /// The last meaning of each stream that let the stream be heard; a page ends as `.ignored`.
    package func formerHearings(of peer: Int) -> [Hearing] { voices[peer].formerHearings }

    /// Sets the meaning of a peer's stream.
    mutating func bound(_ stream: UInt8, of peer: Int, to hearing: Hearing) {
        voices[peer].hearings[Int(stream)] = hearing
        if hearing.isHeard { voices[peer].formerHearings[Int(stream)] = hearing }
    }

    /// Notes that a peer's stream begins to sound, or ends.
    ///
    /// - Returns: Whether the peer's voice began: no other stream of the peer sounded.
    mutating func update(
        _ stream: UInt8, of peer: Int, isOn: Bool, at now: Instant, _ orders: inout Orders
    ) -> Bool {
        let wasHeard = isHeard(peer)
        let bit: UInt32 = 1 << UInt32(stream)
        if isOn {
            voices[peer].sounding |= bit
        } else {
            voices[peer].sounding &= ~bit
        }
        guard wasHeard != isHeard(peer) else { return false }
        let channel = voices[peer].hearings[Int(stream)].channel
        if isOn {
            orders.add(.voiceBegan(peer: peer, channel: channel))
        } else {
            orders.add(.voiceEnded(peer: peer, channel: channel, since: voices[peer].since))
        }
        voices[peer].since = isOn ? now : nil
        return isOn
    }

    /// Forgets a peer whose number now belongs to another.
    mutating func forget(_ peer: Int) { voices[peer] = Voice() }
}
