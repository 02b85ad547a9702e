internal import Realtime
public import Time

/// The side of the buffer where packets arrive.
extension JitterBuffer {
    /// Takes in one frame.
    ///
    /// - Parameters:
    ///   - sequence: The frame's number, as on the wire.
    ///   - payload: The Opus packet, at most 400 bytes.
    ///   - isSpurtStart: The flag of the packet's header: pre-roll, or the first 100 ms.
    ///   - isLast: Whether the packet ends its talkspurt.
    ///   - isCopy: Whether the frame came as redundancy within a later packet.
    ///   - now: When the datagram arrived.
    /// - Returns: The outcome.
    public mutating func insert(
        sequence: UInt16, payload: Span<UInt8>, isSpurtStart: Bool, isLast: Bool,
        isCopy: Bool = false, at now: Instant
    ) -> Insertion {
        guard payload.count <= PacketSlots.payloadMax,
            let samples = OpusDecoder.sampleCount(of: payload).map(Int64.init),
            samples == 480 || samples == 960 || samples == 240 || samples == 120,
            !isCopy || samples == frameSamples
        else {
            reception.totals.malformed += 1
            return .malformed
        }
        let time = Self.samples(now)
        prepare(samples: samples, at: time)
        var number = extended(sequence)

        if isCopy {
            guard let highest, number < highest else { return .late }
            copyReach = max(copyReach, min(16, highest - number))
        }
        switch place(number, isSpurtStart: isSpurtStart, isCopy: isCopy, at: time) {
        case .accepted:
            lateInARow = 0
        case .restarted:
            empty()
            reception.totals.restarts += 1
            lastArrival = time
            number = extended(sequence)
            _ = place(number, isSpurtStart: isSpurtStart, isCopy: isCopy, at: time)
            keep(number, payload, isSpurtStart: isSpurtStart, isLast: isLast, at: now)
            return .restarted
        case .late:
            return refuse(number, isSpurtStart: isSpurtStart, isCopy: isCopy, at: now)
        case .duplicate, .malformed:
            guard !isCopy else { return .duplicate }
            let arrival = arrivals[Int(number & 127)]
            if arrival.sequence == number, !arrival.isOwn, number >= counted {
                // The copy has overtaken its frame: the frame is late, not lost.
                note(number, isOwn: true, isSpurtStart: isSpurtStart, at: time)
                reception.receive(at: now, transit: nil)
                return .accepted
            }
            reception.totals.duplicates += 1
            return .duplicate
        }
        if isCopy {
            note(number, isOwn: false, isSpurtStart: isSpurtStart, at: time)
            packets.put(payload, at: number)
        } else {
            keep(number, payload, isSpurtStart: isSpurtStart, isLast: isLast, at: now)
        }
        return .accepted
    }

    /// Takes the sequence of the talkspurt's last frame (SPURT_END, protocol.md §2.4).
    public mutating func end(last: UInt16) {
        guard highest != nil else { return }
        let number = extended(last)
        if var next = upcoming, number >= next.first {
            guard number >= next.highest else { return }
            next.last = number
            upcoming = next
            return
        }
        switch phase {
        case .idle: return
        case .waiting, .playing:
            // A repeat for the former talkspurt, or overtaken by the next one.
            guard number >= spurt.highest, upcoming == nil else { return }
            spurt.last = number
        }
    }

    // MARK: Inside

    /// Starts again where the former state cannot be continued.
    private mutating func prepare(samples: Int64, at time: Int64) {
        if let lastArrival, time - lastArrival > Self.silenceMax { empty() }
        if samples != frameSamples {
            if highest != nil { reception.totals.restarts += 1 }
            empty()
            forgetDelays(frameSamples: samples)
        }
        lastArrival = time
    }

    /// The sequence without its wrap: the number nearest to the highest with these low bits.
    func extended(_ sequence: UInt16) -> Int64 {
        guard let highest else { return 1 << 32 + Int64(sequence) }
        let step = Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: highest))
        return highest + Int64(step)
    }

    /// Finds the talkspurt of a frame, and whether there is room for the frame.
    private mutating func place(
        _ number: Int64, isSpurtStart: Bool, isCopy: Bool, at time: Int64
    ) -> Insertion {
        switch phase {
        case .idle:
            guard number > endedThrough, !isCopy else { return .late }
            begin(ReceivedTalkspurt(first: number))
            return .accepted
        case .waiting, .playing:
            break
        }
        if packets.contains(number) { return .duplicate }
        if number >= nextSequence + Int64(PacketSlots.count) {
            guard number - (upcoming?.highest ?? spurt.highest) <= Self.burstGap else {
                return .restarted
            }
            makeRoom(for: number)
        }
        // A copy begins no talkspurt: its packet was sent later than the frame itself.
        if !isCopy || upcoming != nil, isOfNextSpurt(number, isSpurtStart: isSpurtStart, at: time) {
            if let next = upcoming {
                upcoming?.first = min(next.first, number)
            } else {
                upcoming = ReceivedTalkspurt(first: number)
            }
            return .accepted
        }
        if number >= nextSequence { return .accepted }
        // Overtaken by its successors, but nothing was played yet.
        guard case .waiting = phase, number > endedThrough,
            number > spurt.highest - Int64(PacketSlots.count)
        else { return .late }
        spurt.first = number
        nextSequence = number
        return .accepted
    }

    /// Drops the oldest frames when more came than fit.
    private mutating func makeRoom(for number: Int64) {
        let oldest = number - Int64(PacketSlots.count) + 1
        reception.skip((oldest - nextSequence) * frameSamples)
        if let next = upcoming, oldest >= next.first {
            // All earlier frames of the talkspurt are left out.
            endedThrough = next.first - 1
            begin(next)
        }
        nextSequence = oldest
    }

    private func isOfNextSpurt(_ number: Int64, isSpurtStart: Bool, at time: Int64) -> Bool {
        if let upcoming, number >= upcoming.first { return true }
        if let last = spurt.last { return number > last }
        if isSpurtStart, let plain = spurt.highestPlain { return number > plain }
        guard case .playing = phase, invented >= Self.starvation, number > spurt.highest
        else { return false }
        // After a gap this long, a flagged packet begins a talkspurt; so does a packet that would
        // otherwise be later than any can be.
        guard !isSpurtStart, let base = spurt.base.value else { return true }
        return time - number * frameSamples - base > Self.holdMost
    }

    /// Drops and counts a packet that can no longer be played; the trials still learn from it.
    private mutating func refuse(
        _ number: Int64, isSpurtStart: Bool, isCopy: Bool, at now: Instant
    ) -> Insertion {
        if isCopy {
            // A copy that came in vain shows the gain of a longer wait.
            if number >= finalised {
                let time = Self.samples(now)
                note(
                    number, isOwn: false, isSpurtStart: isSpurtStart, isInTime: false, at: time)
            }
            return .late
        }
        let arrival = arrivals[Int(number & 127)]
        if arrival.sequence == number && arrival.isOwn {
            reception.totals.duplicates += 1
            return .duplicate
        }
        reception.totals.late += 1
        reception.receive(at: now, transit: nil)
        if number >= finalised {
            note(number, isOwn: true, isSpurtStart: isSpurtStart, at: Self.samples(now))
        }
        lateInARow += 1
        // The sender counts from another number now, without a new boot id.
        if lateInARow >= max(50, Self.lateMax / frameSamples) {
            empty()
            reception.totals.restarts += 1
        }
        return .late
    }

    mutating func begin(_ next: ReceivedTalkspurt) {
        spurt = next
        upcoming = nil
        phase = .waiting
        nextSequence = next.first
        invented = 0
        pulls = 0
        lastWait = nil
        pullPhase.reset()
    }

    private mutating func keep(
        _ number: Int64, _ payload: Span<UInt8>, isSpurtStart: Bool, isLast: Bool, at now: Instant
    ) {
        let time = Self.samples(now)
        let transit = time - number * frameSamples
        if let next = upcoming, number >= next.first {
            var next = next
            next.note(number, transit, isSpurtStart: isSpurtStart, isLast: isLast, at: time)
            upcoming = next
        } else {
            let base = spurt.base.value
            spurt.note(number, transit, isSpurtStart: isSpurtStart, isLast: isLast, at: time)
            followBase(from: base)
        }
        packets.put(payload, at: number)
        note(number, isOwn: true, isSpurtStart: isSpurtStart, at: time)
        reception.receive(at: now, transit: isSpurtStart ? nil : transit)

        if let highest {
            self.highest = max(highest, number)
        } else {
            highest = number
            finalised = number
            counted = number
        }
        finalise()
        countLosses()
    }

    private mutating func note(
        _ number: Int64, isOwn: Bool, isSpurtStart: Bool, isInTime: Bool = true, at time: Int64
    ) {
        let i = Int(number & 127)
        if arrivals[i].sequence == number {
            arrivals[i].isOwn = arrivals[i].isOwn || isOwn
        } else {
            arrivals[i] = Arrival(
                sequence: number, time: time, isOwn: isOwn, isSpurtStart: isSpurtStart,
                isInTime: isInTime)
        }
    }

    /// Judges all frames older than the newest by more than packets overtake each other, or copies
    /// reach.
    private mutating func finalise() {
        guard let highest else { return }
        let through = highest - max(3, copyReach)
        finalised = max(finalised, through - 100)
        while finalised < through {
            let arrival = arrivals[Int(finalised & 127)]
            let came = arrival.sequence == finalised
            reception.observe(lost: !(came && arrival.isOwn))
            // A frame that never came costs the same at every delay. Pre-roll is left out: the
            // sender held it back, not the network.
            if came && !arrival.isSpurtStart, let late = lateness(of: finalised) {
                learn(late, of: finalised, isMended: !arrival.isOwn)
            }
            finalised += 1
        }
    }

    /// Counts as lost or recovered the frames that were judged and whose turn has passed.
    ///
    /// A frame that was overtaken, even by a whole pre-roll, may still come and be played.
    mutating func countLosses() {
        guard let highest else { return }
        let through =
            switch phase {
            case .idle: finalised
            // The beginning of the talkspurt may have been overtaken.
            case .waiting: min(finalised, max(endedThrough + 1, counted))
            case .playing: min(finalised, nextSequence)
            }
        // Older arrivals have made room for others.
        counted = max(counted, highest - 127)
        while counted < through {
            let arrival = arrivals[Int(counted & 127)]
            let came = arrival.sequence == counted
            if !came || !arrival.isOwn { reception.count(isRecovered: came && arrival.isInTime) }
            counted += 1
        }
    }

    private func base(of number: Int64) -> Int64? {
        if let upcoming, number >= upcoming.first { return upcoming.base.value }
        switch phase {
        case .idle: return nil
        case .waiting, .playing: return number >= spurt.first ? spurt.base.value : nil
        }
    }

    /// How much later than the quickest arrival a frame came, in ms; nil if either is unknown.
    private func lateness(of number: Int64) -> Float? {
        let arrival = arrivals[Int(number & 127)]
        guard arrival.sequence == number, let base = base(of: number) else { return nil }
        return Float(arrival.time - number * frameSamples - base) / Float(PCM.samplesPerMs)
    }

    private mutating func learn(_ late: Float, of number: Int64, isMended: Bool) {
        let ms = Float(PCM.samplesPerMs)
        var following = SIMD4<Float>(repeating: .infinity)
        for i in 0..<4 {
            if let late = lateness(of: number + Int64(i) + 1) { following[i] = late }
        }
        trials.observe(
            late: late, following: following, frame: Float(frameSamples) / ms,
            grain: Float(min(frameSamples, Int64(PCM.blockMax))) / ms, isMended: isMended,
            most: Float(delayBound) / ms)
        unweighed += frameSamples
        guard unweighed >= Self.weighing else { return }
        chooseTarget()
    }

    private mutating func chooseTarget() {
        unweighed = 0
        trials.weigh(lateCost: preset.lateCost)
        let target = trials.target(delayMax: delayMaxMs)
        // A longer delay is accepted at once; a shorter one only after enough observations.
        targetMs = isTelling ? target : max(targetMs, target)
    }

    /// Lets the trials follow the quickest arrival.
    ///
    /// After the path has become longer for good, a frame that was late before is in time: if the
    /// trials did not follow, the delay would rise twice for one change. Within a few seconds, the
    /// quickest arrival varies by less than 10 ms anyway.
    private mutating func followBase(from old: Int64?) {
        guard let old, let base = spurt.base.value, abs(base - old) >= Int64(PCM.blockMax)
        else { return }
        guard base > old else { return trials.baseFell() }
        trials.baseRose(by: Float(base - old) / Float(PCM.samplesPerMs))
        if isTelling { chooseTarget() }
    }
}

extension JitterBuffer.ReceivedTalkspurt {
    fileprivate mutating func note(
        _ number: Int64, _ transit: Int64, isSpurtStart: Bool, isLast: Bool, at time: Int64
    ) {
        // If packets of the next talkspurt have overtaken this one, its end would cut them off.
        if isLast && number >= highest { last = number }
        highest = max(highest, number)
        if !isSpurtStart { highestPlain = max(highestPlain ?? number, number) }
        base.add(transit, at: time)
    }
}
