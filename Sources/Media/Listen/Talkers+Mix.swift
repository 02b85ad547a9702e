internal import Audio
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// From the voices to one block for the speaker.
extension Talkers {
    /// Other voices stay turned down this long after a talker of higher priority paused.
    private static var duckHold: Duration { .milliseconds(400) }

    /// The volumes with which one block is mixed.
    struct BlockVolumes {
        /// The volumes and mutes that people have set.
        var byHand: MediaVolumes
        /// The speaker is held down while the microphone is open.
        var isHeldDown: Bool
    }

    /// Adds the next block of every voice that is heard to the mix, by way of `block`.
    ///
    /// - Returns: How many sound in it.
    mutating func mix(
        by block: inout MutableSpan<Int16>, _ plan: borrowing MediaPlan, _ volumes: BlockVolumes,
        _ tones: inout Tones, _ socket: inout DataSocket, at now: Instant
    ) -> Int {
        let highest = highestHeard(at: now)
        var voices = 0
        var neuralLeft = neuralMax
        for place in slots.indices {
            guard let owner = slots[place].owner else { continue }
            if now - slots[place].lastPacket >= VoiceSlot.keptFor {
                release(place, at: now)
                continue
            }
            let hearing = streams[owner.peer].hearings[Int(owner.stream)]
            guard hearing.isHeard else {
                giveUpUnheard(place, hearing, at: now)
                continue
            }
            // The first that have sound now; to change it costs nothing.
            let isNeural = neuralLeft > 0 && slots[place].voice.isActive
            slots[place].voice.concealsNeurally = isNeural
            if isNeural { neuralLeft -= 1 }
            let wasSounding = slots[place].isSounding
            let isSounding = slots[place].voice.pull(into: &block, at: now)
            countTotals(of: place)
            if isSounding != wasSounding {
                turn(place, owner, isOn: isSounding, hides: plan.cover != .off, at: now)
            }
            guard isSounding else {
                // A voice that waits for its first block is reported on when that is played.
                if !slots[place].voice.isActive { report(place, owner, by: &socket, at: now) }
                continue
            }
            voices += 1
            tones.voiceSounds(as: hearing, at: now)
            rings.counters.add(.framesMixed)
            meter(block.span, of: place, owner.peer)
            let gain =
                isHeardTwice(owner, at: place, plan, volumes.byHand)
                ? .muted : plan.gain(of: owner.peer, hearing, volumes.byHand)
            let level = level(of: owner)
            if gain != .muted { heardAt[level] = now }
            let duck: Gain = level < highest ? plan.duck : .unity
            var path = plan.path(of: owner.peer, hearing, volumes.byHand)
            // For the report alone; the sound itself is held down by `Speaker.load`.
            path.pass(volumes.isHeldDown ? Speaker.heldDown : 1, .heldDown)
            path.pass(duck.factor, .outranked)
            note(path.why, of: place, owner, samples: block.count, by: &socket, at: now)
            report(place, owner, by: &socket, at: now)
            let (from, to) = slots[place].fade(
                to: gain, duck, samples: block.count, isBeginning: !wasSounding)
            mixer.add(block.span, from: from, to: to)
        }
        return voices
    }

    /// A voice begins to sound, or falls silent.
    private mutating func turn(
        _ place: Int, _ owner: VoiceSlot.Owner, isOn isSounding: Bool, hides: Bool,
        at now: Instant
    ) {
        slots[place].isSounding = isSounding
        lastSpeaker = owner.peer
        rings.notify(.receiving(peer: owner.peer, stream: owner.stream, isOn: isSounding))
        if isSounding {
            slots[place].tally.begin()
        } else {
            // Its talker waits to be told what was heard of it.
            let soon = hides ? now + Cover.hiding(Cover.draw()) : now
            slots[place].nextReport = min(slots[place].nextReport, soon)
            slots[place].tally.end()
        }
    }

    /// Measures how loud a talker arrives, before its gain.
    private mutating func meter(_ block: Span<Int16>, of place: Int, _ peer: Int) {
        slots[place].meter.add(block)
        rings.traffic[peer].set(.meter, to: slots[place].meter.reading.packed)
        rings.traffic[peer].add(.playedSamples, UInt64(block.count))
    }

    /// The highest priority that was heard just now.
    func highestHeard(at now: Instant) -> Int {
        if now - heardAt[2] < Self.duckHold { return 2 }
        return now - heardAt[1] < Self.duckHold ? 1 : 0
    }

    /// One mouth speaking to two channels at once is mixed once, as what matters most; what is
    /// muted or far down is not heard.
    private func isHeardTwice(
        _ owner: VoiceSlot.Owner, at place: Int, _ plan: borrowing MediaPlan,
        _ volumes: MediaVolumes
    ) -> Bool {
        let own = rank(owner)
        for another in slots.indices where another != place && slots[another].isSounding {
            guard let one = slots[another].owner, one.peer == owner.peer else { continue }
            let hearing = streams[one.peer].hearings[Int(one.stream)]
            let gain = plan.gain(of: one.peer, hearing, volumes)
            guard !Audibility.isInaudible(gain.factor) else { continue }
            let rank = rank(one)
            if rank > own || rank == own && another < place { return true }
        }
        return false
    }

    /// Fades out the next block of a voice that ends: cut off, it would click.
    mutating func fadeOut(_ place: Int, at now: Instant) {
        guard slots[place].fader.gain != .muted else { return }
        var room = Block(repeating: 0)
        var all = room.mutableSpan
        var block = all._mutatingExtracting(first: slots[place].voice.blockSamples)
        guard slots[place].voice.pull(into: &block, at: now) else { return }
        let gain = slots[place].fader.gain * slots[place].ducker.gain
        mixer.add(block.span, from: gain, to: .muted)
    }
}
