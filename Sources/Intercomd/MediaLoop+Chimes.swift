internal import Audio
internal import Crypto
internal import Realtime
internal import Station
internal import Time

/// What the station says without words, and what half duplex does about it.
extension MediaLoop {
    /// A page that goes on after less than this is the same one.
    private static var pagePause: Duration { .seconds(2) }
    /// What waits in the speaker's card after a chime, and the room's answer.
    private static var chimeHold: Duration { .milliseconds(100) }
    private static var beepLeast: Gain { Gain(decibels: -20) }
    /// Nothing was heard of a peer for so long: it is not there.
    private static var absentAfter: Duration { .seconds(20) }

    /// Adds the chimes to the block; what was in it is mixed already.
    mutating func mixChimes(_ block: inout MutableSpan<Int16>) {
        let tones = volumes.tones * plan.tonesVolume * volumes.speaker
        // A ring gives way as voices do; what is over in a moment does not.
        let duck: Gain = highestHeard > 0 ? plan.duck : .unity
        let (from, to) = VoiceSlot.move(&ringDucker, to: duck, samples: block.count)
        if Self.next(&ringer, into: &block, ring: plan.ring) {
            let ring = volumes.ring * plan.ringVolume * volumes.speaker
            let gain = ringer.chime == .ring ? ring : tones
            mixer.add(block.span, from: gain * from, to: gain * to)
        }
        if Self.next(&chimer, into: &block) {
            let gain = chimeGain(tones)
            mixer.add(block.span, gain: gain)
            if chimer.chime?.isUrgent == true { chimeUntil = now + Self.chimeHold }
        }
        // Nobody listens here in secret, whatever volume tones have.
        if Self.next(&beeper, into: &block) {
            mixer.add(block.span, gain: tones.atLeast(Self.beepLeast))
            chimeUntil = now + Self.chimeHold
        }
    }

    private func chimeGain(_ tones: Gain) -> Gain {
        switch chimer.chime {
        case .page: volumes.page * plan.pageVolume * volumes.speaker
        case .trial: volumes.speaker
        default: tones
        }
    }

    private static func next(
        _ player: inout ChimePlayer, into block: inout MutableSpan<Int16>, ring: [Int16] = []
    ) -> Bool {
        player.next(into: &block, ringtone: ring.span)
    }

    /// Rings, or plays what a caller hears; nil stops that.
    mutating func ring(_ chime: Chime?) { ringer.play(chime) }

    /// Plays a chime once.
    mutating func chime(_ chime: Chime) { chimer.play(chime) }

    /// Beeps as long as somebody far may listen through this microphone.
    mutating func beep(_ isOn: Bool) { beeper.play(isOn ? .beep : nil) }

    /// Whether a talk that begins will be heard.
    enum Prospect {
        /// A listener is there.
        case heard
        /// Those that are there did not hear what was said last, or the microphone is silent.
        case doubted
        case nobody
    }

    /// Tells the person at the microphone whether any listener hears; where that is doubtful, the
    /// listeners' first word decides, and the control loop plays the tone.
    mutating func permit(_ target: Int, _ prospect: Prospect) {
        guard plan.hasPermitTone, trial.target == nil, target != plan.call else { return }
        switch prospect {
        case .heard: chime(.permit)
        case .doubted: break
        case .nobody: chime(.nobody)
        }
    }

    /// Judges the target's listeners before any of them has reported on this talk.
    mutating func prospect(of target: Int) -> Prospect {
        var found = Prospect.nobody
        for peer in spurts[target].listeners where peers[peer].slots.currentIndex != nil {
            let heard = Instant(nanoseconds: Int64(rings.traffic[peer][.lastOpened]))
            guard now - heard < Self.absentAfter else { continue }
            guard peers[peer].isDoubted || volumes.isMicrophoneSilent else { return .heard }
            found = .doubted
        }
        return found
    }

    /// A voice begins to sound: a page is told of before.
    mutating func announcePage(_ hearing: Hearing) {
        guard case .page = hearing else { return }
        if now - pageHeardAt >= Self.pagePause { chime(.page) }
        pageHeardAt = now
    }
}
