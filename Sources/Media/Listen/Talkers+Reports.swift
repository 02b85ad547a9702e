internal import Audio
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// Reports to talkers: how their sound arrives (REPORT), and how much of it is heard (HEARD,
/// protocol.md §2.4).
extension Talkers {
    /// The pause between two HEARD of a stream of which nothing is played.
    private static var unheardInterval: Duration { .seconds(1) }

    /// Notes that a block of a voice was mixed, and reports at once to the talker when it begins or
    /// ceases to be heard.
    mutating func note(
        _ why: Unheard, of place: Int, _ owner: VoiceSlot.Owner, samples: Int,
        by socket: inout DataSocket, at now: Instant
    ) {
        let decoded = slots[place].voice.decodedSamples
        guard slots[place].tally.played(samples, decoded: decoded, why, at: now) else { return }
        publish(why, of: owner, at: now)
        let heard = slots[place].tally.state(of: owner.stream)
        socket.send(.heard(heard), to: CollectionOfOne(owner.peer), at: now)
    }

    /// Reports to a talker that nothing of this stream is played, and why: at the start of each
    /// talkspurt, and once a second.
    mutating func tellUnheard(
        _ flags: PacketFlags, _ owner: VoiceSlot.Owner, _ why: Unheard,
        by socket: inout DataSocket, at now: Instant
    ) {
        let pause = flags.isSpurtStart ? HeardTally.pause : Self.unheardInterval
        guard now - streams[owner.peer].unheardAt[Int(owner.stream)] >= pause else { return }
        streams[owner.peer].unheardAt[Int(owner.stream)] = now
        publish(why, of: owner, at: now)
        let heard = Heard(stream: owner.stream, share: 0, why: why)
        socket.send(.heard(heard), to: CollectionOfOne(owner.peer), at: now)
    }

    /// Publishes for the control thread whether a peer that speaks is heard here.
    private func publish(_ why: Unheard, of owner: VoiceSlot.Owner, at now: Instant) {
        let traffic = rings.traffic[owner.peer]
        traffic.set(.unheardWhy, to: UInt64(why.rawValue) | UInt64(owner.stream) << 8)
        traffic.set(.unheardAt, to: why == .heard ? 0 : UInt64(now.nanoseconds))
    }

    /// Reports once a second how the voice arrives: to its talker (REPORT) and the control thread.
    mutating func report(
        _ place: Int, _ owner: VoiceSlot.Owner, by socket: inout DataSocket, at now: Instant
    ) {
        guard now >= slots[place].nextReport else { return }
        slots[place].nextReport = now + .seconds(1)
        let found = slots[place].newReport(at: now)
        let traffic = rings.traffic[owner.peer]
        traffic.set(.playoutDelay, to: UInt64(found.playoutDelayMs))
        traffic.set(.jitter, to: UInt64(found.jitter))
        traffic.set(.loss, to: UInt64(found.loss256))
        guard found.received > 0 || slots[place].tally.hasPlayed else {
            return reportAgain(place, owner, by: &socket, at: now)
        }
        if !slots[place].isSounding {
            slots[place].nextReport = now + HeardTally.repeatPause
        }
        let report = Report(
            stream: owner.stream, highest: found.highestSequence, loss: found.loss256,
            burst: found.burst8, jitter: found.jitter, delay: found.playoutDelayMs,
            concealed: found.concealedMs, received: found.received)
        let heard = slots[place].tally.report(
            of: owner.stream, total: &streams[owner.peer].playedMs[Int(owner.stream)])
        if heard.share == 0 || heard.share == 255 { publish(heard.why, of: owner, at: now) }
        var records = ControlPayload(.report(report))
        _ = records.append(.heard(heard))
        socket.send(records, to: owner.peer, made: now)
    }

    /// Repeats the last HEARD of a talkspurt after its end.
    private mutating func reportAgain(
        _ place: Int, _ owner: VoiceSlot.Owner, by socket: inout DataSocket, at now: Instant
    ) {
        let total = streams[owner.peer].playedMs[Int(owner.stream)]
        guard let heard = slots[place].tally.reportAgain(of: owner.stream, total: total)
        else { return }
        slots[place].nextReport = now + HeardTally.repeatPause
        socket.send(.heard(heard), to: CollectionOfOne(owner.peer), at: now)
    }

    /// Counts the frames lost and recovered and the sound concealed since the last call.
    mutating func countTotals(of place: Int) {
        let new = slots[place].newTotals()
        // Nearly always so: every counter is a store that other threads see.
        guard new.lost | new.recovered | new.concealedMs | new.stretchedMs != 0 else { return }
        rings.counters.add(.framesLost, new.lost)
        rings.counters.add(.framesRecovered, new.recovered)
        rings.counters.add(.concealedMs, new.concealedMs)
        rings.counters.add(.stretchedMs, new.stretchedMs)
        if let owner = slots[place].owner {
            rings.traffic[owner.peer].add(.recovered, new.recovered)
            rings.traffic[owner.peer].add(.concealedMs, new.concealedMs)
        }
    }
}
