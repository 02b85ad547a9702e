internal import Audio
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// From the voices to one block for the speaker.
extension MediaLoop {
    /// How long others stay turned down after somebody of higher priority: pauses between words.
    private static var duckHold: Duration { .milliseconds(400) }

    /// Mixes the next block of everyone who is heard, at the start of what it returns.
    mutating func nextBlock() -> Frame {
        var room = Frame(repeating: 0)
        var all = room.mutableSpan
        var block = all._mutatingExtracting(first: plan.sound.blockSamples)
        let (highest, isHeldDown) = (highestHeard, isHeldDown)
        var voices = 0
        for place in slots.indices {
            guard let owner = slots[place].owner else { continue }
            if now - slots[place].lastPacket >= VoiceSlot.keptFor {
                release(place)
                continue
            }
            let hearing = peers[owner.peer].hearings[Int(owner.stream)]
            guard hearing.isHeard else {
                giveUpUnheard(place, hearing)
                continue
            }
            let wasSounding = slots[place].isSounding
            let isSounding = slots[place].voice.pull(into: &block, at: now)
            countTotals(of: place)
            if isSounding != wasSounding {
                slots[place].isSounding = isSounding
                lastSpeaker = owner.peer
                rings.notify(.receiving(peer: owner.peer, stream: owner.stream, isOn: isSounding))
                // Its talker waits for what was heard of it.
                if !isSounding {
                    slots[place].nextReport = min(slots[place].nextReport, now)
                    slots[place].tally.end()
                } else {
                    slots[place].tally.begin()
                }
            }
            guard isSounding else {
                // What waits for its first block is not reported on before that is played.
                if !slots[place].voice.isActive { report(place, owner) }
                continue
            }
            voices += 1
            announcePage(hearing)
            rings.counters.add(.framesMixed)
            meter(block.span, of: place, owner.peer)
            let gain =
                isHeardTwice(owner, at: place) ? .muted : gain(of: owner.peer, hearing)
            let level = Int(
                min(peers[owner.peer].priorities[Int(owner.stream)], .emergency).rawValue)
            if gain != .muted { heardAt[level] = now }
            let duck: Gain = level < highest ? plan.duck : .unity
            let why = unheard(owner.peer, hearing, duck: duck, isHeldDown: isHeldDown)
            note(why, of: place, owner, samples: block.count)
            report(place, owner)
            let (from, to) = slots[place].fade(
                to: gain, duck, samples: block.count, isBeginning: !wasSounding)
            mixer.add(block.span, from: from, to: to)
        }
        intake.mixed(voices: voices)
        mixChimes(&block)
        mixer.render(into: &block)
        if isSwitched { duplex.played(block.span) }
        meters.played(block.span, rings)
        return room
    }

    /// How loud a talker comes, before its gain.
    private mutating func meter(_ block: Span<Int16>, of place: Int, _ peer: Int) {
        slots[place].meter.add(block)
        rings.traffic[peer].set(.meter, to: slots[place].meter.reading.packed)
        rings.traffic[peer].add(.playedSamples, UInt64(block.count))
    }

    /// The highest priority that was heard just now.
    var highestHeard: Int {
        if now - heardAt[2] < Self.duckHold { return 2 }
        return now - heardAt[1] < Self.duckHold ? 1 : 0
    }

    /// One mouth speaking to two channels at once is mixed once, as what matters most; what is
    /// muted or far down is not heard.
    private mutating func isHeardTwice(_ owner: VoiceSlot.Owner, at place: Int) -> Bool {
        let own = rank(owner)
        for another in slots.indices where another != place && slots[another].isSounding {
            guard let one = slots[another].owner, one.peer == owner.peer else { continue }
            let hearing = peers[one.peer].hearings[Int(one.stream)]
            let gain = gain(of: one.peer, hearing)
            guard !Audibility.isInaudible(gain.factor) else { continue }
            let rank = rank(one)
            if rank > own || rank == own && another < place { return true }
        }
        return false
    }

    /// By priority, and a page before talk.
    mutating func rank(_ owner: VoiceSlot.Owner) -> Int {
        let level = min(peers[owner.peer].priorities[Int(owner.stream)], .emergency).rawValue
        if case .page = peers[owner.peer].hearings[Int(owner.stream)] { return 2 * Int(level) + 1 }
        return 2 * Int(level)
    }

    /// How loud a peer's voice is there: as configured, or not at all where a person has muted it.
    private func gain(of peer: Int, _ hearing: Hearing) -> Gain {
        let gain = plan.gain(of: peer, hearing)
        // Neither the speaker's volume nor what is muted holds up what overrides them.
        if case .page(_, overrides: true) = hearing { return gain }
        guard !volumes.isMuted(peer: peer, channel: hearing.channel) else { return .muted }
        if case .page = hearing { return gain * volumes.page * volumes.speaker }
        return gain * volumes.speaker
    }

    /// What would have been its next block fades, whatever ends it: cut off it would click.
    mutating func fadeOut(_ place: Int) {
        guard slots[place].fader.gain != .muted else { return }
        var room = Frame(repeating: 0)
        var all = room.mutableSpan
        var block = all._mutatingExtracting(first: slots[place].voice.blockSamples)
        guard slots[place].voice.pull(into: &block, at: now) else { return }
        let gain = slots[place].fader.gain * slots[place].ducker.gain
        mixer.add(block.span, from: gain, to: .muted)
    }
}
