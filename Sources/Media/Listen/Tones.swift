internal import Audio
internal import Station
internal import Time

/// What sounds here besides voices and words: the ringtone, chimes, and the beep of a microphone
/// that is open to a listener far away.
struct Tones {
    /// A page that goes on after less than this is the same one.
    private static let pagePause = Duration.seconds(2)
    /// The rest of a chime that waits in the speaker's card, and the room's echo.
    private static let chimeHold = Duration.milliseconds(100)
    private static let beepLeast = Gain(decibels: -20)

    private var ringer = ChimePlayer()
    private var ringDucker = Fader()
    private var chimer = ChimePlayer()
    private var beeper = ChimePlayer()
    /// When a chime that must be heard is over; half duplex, nothing else sounds before.
    private var urgentUntil = Instant(nanoseconds: .min)
    /// When a page was heard last.
    private var pageHeardAt = Instant(nanoseconds: .min / 2)

    /// Plays a chime once.
    mutating func play(_ chime: Chime) { chimer.play(chime) }

    /// Tells the person at the microphone whether any listener hears; where that is doubtful, the
    /// listeners' first HEARD decides, and the control thread has the tone played.
    mutating func play(_ prospect: DataSocket.Prospect) {
        switch prospect {
        case .heard: play(Chime.permit)
        case .doubted: break
        case .nobody: play(Chime.nobody)
        }
    }

    /// Rings, or plays what a caller hears; nil stops that.
    mutating func ring(_ chime: Chime?) { ringer.play(chime) }

    /// Beeps while a drop-in or a peer that listens in has this microphone open.
    mutating func beep(_ isOn: Bool) { beeper.play(isOn ? .beep : nil) }

    /// A voice begins to sound: a chime goes before a page.
    mutating func voiceSounds(as hearing: Hearing, at now: Instant) {
        guard case .page = hearing else { return }
        if now - pageHeardAt >= Self.pagePause { play(.page) }
        pageHeardAt = now
    }

    /// Something sounds now that must be heard.
    mutating func makeWay(at now: Instant) { urgentUntil = now + Self.chimeHold }

    /// How loud tones are.
    static func gain(_ volumes: MediaVolumes) -> Gain {
        volumes.tones * volumes.speaker
    }

    /// Whether something that must be heard sounds in the room.
    func isUrgent(at now: Instant) -> Bool { now < urgentUntil }

    /// Adds ringtone, chimes and beep to the mix; `block` is room for them.
    mutating func mix(
        into mixer: inout Mixer, by block: inout MutableSpan<Int16>, _ plan: borrowing MediaPlan,
        _ volumes: MediaVolumes, isOutranked: Bool, at now: Instant
    ) {
        let tones = Self.gain(volumes)
        // A ringtone gives way as voices do; a short chime does not.
        let duck: Gain = isOutranked ? plan.duck : .unity
        let (from, to) = VoiceSlot.move(&ringDucker, to: duck, samples: block.count)
        if ringer.next(into: &block, ringtone: plan.ringtone.span) {
            let ring = volumes.ring * volumes.speaker
            let gain = ringer.chime == .ring ? ring : tones
            mixer.add(block.span, from: gain * from, to: gain * to)
        }
        let none: [Int16] = []
        if chimer.next(into: &block, ringtone: none.span) {
            mixer.add(block.span, gain: chimeGain(tones, volumes))
            if chimer.chime?.isUrgent == true { makeWay(at: now) }
        }
        // Drop-in and listening in are to be noticed here, even with tones turned down.
        if beeper.next(into: &block, ringtone: none.span) {
            mixer.add(block.span, gain: tones.atLeast(Self.beepLeast))
            makeWay(at: now)
        }
    }

    private func chimeGain(_ tones: Gain, _ volumes: MediaVolumes) -> Gain {
        switch chimer.chime {
        case .page: volumes.page * volumes.speaker
        case .trial: volumes.speaker
        default: tones
        }
    }
}

/// The speaker's side of the media loop: whole blocks in, as many samples out as the card takes.
struct Speaker: ~Copyable {
    /// The speaker's gain while the own microphone is open, half duplex: -40 dB.
    static let heldDown: Float = 0.01
    /// Gain moves this far a sample, so that it never clicks: full scale in 50 ms.
    private static let slope: Float = 0.2 / 480

    /// The block to play, at its start.
    private var block = Block(repeating: 0)
    private var count = 0
    private var played = 0
    private var gain: Float = 1

    /// Samples of the block not yet given to the card.
    var waiting: Int { count - played }

    /// Loads the next block to play, the first `count` samples of `next`; the one before must be
    /// played out.
    mutating func load(_ next: Block, count: Int = PCM.blockMax, isHeldDown: Bool) {
        precondition(waiting == 0)
        block = next
        self.count = count
        played = 0
        let target = isHeldDown ? Self.heldDown : 1
        if gain == 1, target == 1 { return }
        let from = gain
        let reach = Self.slope * Float(count)
        gain = target > gain ? min(target, gain + reach) : max(target, gain - reach)
        let slope = (gain - from) / Float(count)
        for index in 0..<count {
            block[index] = Int16(Float(block[index]) * (from + slope * Float(index)))
        }
    }

    /// Gives up to `count` samples to `body`, which returns how many of them the card took.
    mutating func give(_ count: Int, _ body: (Span<Int16>) -> Int) {
        let size = min(count, waiting)
        played += body(block.span.extracting(played..<played + size))
    }
}
