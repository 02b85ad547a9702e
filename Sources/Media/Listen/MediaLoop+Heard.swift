internal import Audio
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// What is heard here of what arrives, told to its talker (HEARD, protocol.md §2.4).
extension MediaLoop {
    /// How often it is told that nothing of a stream is played.
    private static var unheardInterval: Duration { .seconds(1) }

    /// What keeps a voice that is mixed now from being heard, if anything does.
    mutating func unheard(
        _ peer: Int, _ hearing: Hearing, duck: Gain, isHeldDown: Bool
    ) -> Unheard {
        var path = plan.path(of: peer, hearing, volumes)
        path.pass(isHeldDown ? Speaker.heldDown : 1, .heldDown)
        path.pass(duck.factor, .outranked)
        return path.why
    }

    /// A block of a voice was mixed: its talker learns at once where it began to be heard, or not
    /// to be.
    mutating func note(_ why: Unheard, of place: Int, _ owner: VoiceSlot.Owner, samples: Int) {
        let decoded = slots[place].voice.decodedSamples
        guard slots[place].tally.played(samples, decoded: decoded, why, at: now) else { return }
        publish(why, of: owner)
        sendRecord(
            .heard(slots[place].tally.state(of: owner.stream)), to: CollectionOfOne(owner.peer))
    }

    /// Tells a talker that nothing of this stream is played, and why: when it begins to speak, and
    /// once a second.
    ///
    /// Uses the plaintext buffer.
    mutating func tellUnheard(_ flags: FrameFlags, of peer: Int, _ why: Unheard) {
        let pause = flags.isSpurtStart ? HeardTally.pause : Self.unheardInterval
        guard now - peers[peer].unheardAt[Int(flags.stream)] >= pause else { return }
        peers[peer].unheardAt[Int(flags.stream)] = now
        publish(why, of: VoiceSlot.Owner(peer: peer, stream: flags.stream))
        let heard = Heard(stream: flags.stream, share: 0, why: why)
        sendRecord(.heard(heard), to: CollectionOfOne(peer))
    }

    /// Shows the control thread whether a peer that speaks is heard here.
    mutating func publish(_ why: Unheard, of owner: VoiceSlot.Owner) {
        let traffic = rings.traffic[owner.peer]
        traffic.set(.unheardWhy, to: UInt64(why.rawValue) | UInt64(owner.stream) << 8)
        traffic.set(.unheardAt, to: why == .heard ? 0 : UInt64(now.nanoseconds))
    }

    /// Why nothing sounds while no speaker is open.
    var whySilent: Unheard {
        mutating get {
            guard plan.hasSpeaker else { return .noOutput }
            return clock.playback.isStill ? .outputStill : .outputLost
        }
    }
}
