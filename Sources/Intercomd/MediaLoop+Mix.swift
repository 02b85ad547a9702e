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
        let highest = highestHeard
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
                tell(.receiving(peer: owner.peer, stream: owner.stream, isOn: isSounding))
            }
            report(place, owner)
            guard isSounding else { continue }
            rings.counters.add(.framesMixed)
            meter(block.span, of: place, owner.peer)
            let gain =
                isHeardTwice(owner, before: place) ? .muted : plan.gain(of: owner.peer, hearing)
            let level = Int(
                min(peers[owner.peer].priorities[Int(owner.stream)], .emergency).rawValue)
            if gain != .muted { heardAt[level] = now }
            let duck: Gain = level < highest ? plan.duck : .unity
            let (from, to) = slots[place].fade(
                to: gain, duck, samples: block.count, isBeginning: !wasSounding)
            mixer.add(block.span, from: from, to: to)
        }
        if tone?.next(into: &block) == true { mixer.add(block.span) } else { tone = nil }
        mixer.render(into: &block)
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
    private var highestHeard: Int {
        if now - heardAt[2] < Self.duckHold { return 2 }
        return now - heardAt[1] < Self.duckHold ? 1 : 0
    }

    /// One mouth speaking to two channels at once is mixed once; what is muted is not heard.
    private mutating func isHeardTwice(_ owner: VoiceSlot.Owner, before place: Int) -> Bool {
        for other in 0..<place where slots[other].isSounding {
            guard let first = slots[other].owner, first.peer == owner.peer else { continue }
            let hearing = peers[first.peer].hearings[Int(first.stream)]
            if plan.gain(of: first.peer, hearing) != .muted { return true }
        }
        return false
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
