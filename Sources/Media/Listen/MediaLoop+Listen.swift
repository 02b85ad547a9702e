internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// From the wire to the speaker: packets are opened (`PacketReceiver`), their sound is kept and
/// mixed by talker (`Talkers`), and the mix goes to the card by way of `Speaker`.
extension MediaLoop {
    /// Takes the datagrams that have arrived, at most `Intake.Bounds.perTurn`.
    ///
    /// When a period brings many datagrams and they keep the loop busy for too long (`Intake`), the
    /// socket is left alone until the card or the timer wakes the loop again: a flood then costs a
    /// bounded share of each period, and fills the kernel's buffer, not ours. A bound on their
    /// number would not do: on a slow machine each turn may find a few, and the loop never sleeps
    /// until LimitRTTIME= ends it.
    ///
    /// - Parameter areStrays: Whether to take those from elsewhere than peers are known to be,
    ///   which have bounds of their own.
    mutating func listen(areStrays: Bool = false) {
        guard let most = receiver.mayTake(areStrays: areStrays) else { return }
        var taken = 0
        var count = 0
        repeat {
            count = receiver.read(from: socket, areStrays: areStrays)
            for place in 0..<count { usePacket(place) }
            taken += count
            // Fewer than it could have given: the kernel has no more.
        } while count == DatagramInbox.capacity && taken < most
        receiver.took(taken, areStrays: areStrays)
    }

    private mutating func usePacket(_ place: Int) {
        guard let packet = receiver.open(place, for: &socket.peers, at: now) else { return }
        switch packet.flags.kind {
        case .audio:
            talkers.receive(packet, in: receiver, speakerState, by: &socket, at: now)
        case .control: receiver.passRecords(of: packet, to: &talkers, at: now)
        case .cover: break
        case .drop: rings.counters.add(.droppedKind)
        }
    }

    /// Whether arriving sound can be heard.
    private var speakerState: Talkers.SpeakerState {
        mutating get {
            if cards.playback.isOpen { return cards.playback.watch.isStill ? .still : .open }
            guard plan.hasSpeaker else { return .absent(.noOutput) }
            return .absent(cards.playback.watch.isStill ? .outputStill : .outputLost)
        }
    }

    /// Fills the speaker's card with mixed voices, as much as it has room for now.
    mutating func playSound() {
        defer { cards.playedAt = now }
        var room = cards.playbackRoom()
        var xruns = 0
        while room > 0 {
            if speaker.waiting == 0 {
                let isHeldDown = isSpeakerHeldDown
                // Asked again for the block: a tone that was mixed into it may lift the hold.
                speaker.load(
                    nextBlock(isHeldDown: isHeldDown), count: plan.sound.blockSamples,
                    isHeldDown: isSpeakerHeldDown)
            }
            var outcome = PCMTransfer.wouldBlock
            speaker.give(room) { samples in
                outcome = cards.write(samples)
                guard case .samples(let count) = outcome else { return 0 }
                capturePath.played(samples.extracting(first: count), hasVox: plan.hasVox)
                return count
            }
            switch outcome {
            case .samples(let count):
                room -= count
                cards.playback.clock.add(count)
                pace(.card(.playback), count)
                cards.moved(.playback, loop, at: now)
            case .wouldBlock:
                return
            case .xrun:
                // The refused block is offered again, in the next turn of this loop.
                rings.counters.add(.playbackXruns)
                shedding.noteLateness(
                    xrunAfter: now - cards.playedAt, period: cards.playback.periodSamples)
                cards.playback.clock.begins()
                capturePath.loseReference()
                if cards.isLinked { startCards() }
                xruns += 1
                // A card that refuses every block is not to hold up all else.
                guard xruns < Self.xrunsPerTurn else { return }
                room = cards.playbackRoom()
            case .suspended:
                fellAsleep(.playback)
                return
            case .gone(let error):
                lost(.playback, error)
                return
            }
        }
    }

    /// Mixes the next block: voices first, then ringtone and chimes, and words.
    private mutating func nextBlock(isHeldDown: Bool) -> Block {
        var room = Block(repeating: 0)
        var all = room.mutableSpan
        var block = all._mutatingExtracting(first: plan.sound.blockSamples)
        let voices = talkers.mix(
            by: &block, plan, .init(byHand: volumes, isHeldDown: isHeldDown), &tones, &socket,
            at: now)
        receiver.intake.mixed(voices: voices)
        tones.mix(
            into: &talkers.mixer, by: &block, plan, volumes,
            isOutranked: talkers.highestHeard(at: now) > 0, at: now)
        let isSpeaking = speaking.mix(
            into: &talkers.mixer, by: &block, gain: Tones.gain(volumes), rings)
        if isSpeaking { tones.makeWay(at: now) }
        talkers.mixer.render(into: &block)
        duplex.played(block.span, talks.talking)
        meters.played(block.span, rings)
        return room
    }

    /// Whether the speaker is held down now, half duplex.
    private var isSpeakerHeldDown: Bool {
        duplex.holdsSpeakerDown(talks.talking, isUrgent: tones.isUrgent(at: now), at: now)
    }
}

/// Microphone and speaker taking turns (`duplex = half`).
///
/// The speaker is held down while the own microphone is open, and `rx-hold` longer. In a call the
/// microphone is open all the time; the loudness of both sides then decides which has its turn.
struct HalfDuplex {
    /// Whether they take turns: as configured, or because the echo is not cancelled now.
    var isOn = false
    private var callSwitch = DuplexSwitch()
    /// Until when the speaker is held down after a talk.
    private var heldUntil = Instant(nanoseconds: .min)
    private var chimeFader = Fader()

    /// Why the microphone is open.
    enum Talking {
        case nobody
        /// A call has it alone: no key is pressed.
        case callOnly
        /// A key that is pressed has the word, in a call too.
        case key
    }

    /// A call begins: both sides are as quiet as each other.
    mutating func callBegins() { callSwitch.reset() }

    /// The own microphone closes: the speaker stays held down for this long.
    mutating func talkEnded(at now: Instant, rxHold: Duration) { heldUntil = now + rxHold }

    /// Whether the speaker is held down now; never while a chime tells of an open microphone.
    func holdsSpeakerDown(_ talking: Talking, isUrgent: Bool, at now: Instant) -> Bool {
        guard isOn, !isUrgent else { return false }
        switch talking {
        case .callOnly: return callSwitch.side == .here
        case .key: return true
        case .nobody: return now < heldUntil
        }
    }

    /// Shuts the microphone's newest samples to the far side's turn in a call, and to own chimes.
    mutating func shutMicrophone(
        _ block: inout MutableSpan<Int16>, _ talking: Talking, isUrgent: Bool
    ) {
        guard isOn, talking != .nobody else { return }
        if talking == .callOnly { callSwitch.captured(&block) }
        chimeFader.apply(isUrgent ? .muted : .unity, to: &block, duration: 240)
    }

    /// A block is played.
    mutating func played(_ block: Span<Int16>, _ talking: Talking) {
        if isOn, talking == .callOnly { callSwitch.played(block) }
    }
}
