internal import Time
internal import Wire

/// The voices of peers: what each of their streams means here, and which of them sound.
package struct HeardVoices: Sendable {
    private struct Voice: Sendable {
        /// The streams that sound now, as bits.
        var sounding: UInt32 = 0
        var since: Instant?
        /// What each stream means here.
        var hearings = [Hearing](repeating: .unbound, count: 32)
        /// The last value of each of `hearings` that let the stream be heard.
        var formerHearings = [Hearing](repeating: .unbound, count: 32)
    }

    private var voices = ByPeer(Voice())

    /// Whether any peer is heard now.
    package var isAny: Bool { voices.indices.contains { isHeard($0) } }

    /// Whether a peer is heard now.
    package func isHeard(_ peer: Int) -> Bool { voices[peer].sounding != 0 }

    /// The meaning of each stream of a peer here.
    package func hearings(of peer: Int) -> [Hearing] { voices[peer].hearings }

    /// The last meaning of each stream that let it be heard; a page ends as `.ignored`.
    package func formerHearings(of peer: Int) -> [Hearing] { voices[peer].formerHearings }

    /// A peer's stream means this from now on.
    mutating func bound(_ stream: UInt8, of peer: Int, to hearing: Hearing) {
        voices[peer].hearings[Int(stream)] = hearing
        if hearing.isHeard { voices[peer].formerHearings[Int(stream)] = hearing }
    }

    /// A peer's stream begins to sound, or ends.
    ///
    /// - Returns: Whether its voice began: no other stream of the peer sounded.
    mutating func follow(
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

    /// Another peer has this number from now on.
    mutating func forget(_ peer: Int) { voices[peer] = Voice() }
}
