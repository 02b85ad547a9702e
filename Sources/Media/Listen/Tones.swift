internal import Audio
internal import Station
internal import Time

/// The sounds besides voices and words: the ringtone, chimes, and the beep while a distant listener
/// has this microphone open.
struct Tones {
    /// A page that goes on after a shorter pause is the same page.
    private static let pagePause = Duration.seconds(2)
    /// The end of a chime, still in the speaker's card, and the room's echo last this long.
    private static let chimeHold = Duration.milliseconds(100)
    private static let beepLeast = Gain(decibels: -20)

    private var ringer = ChimePlayer()
    private var ringDucker = Fader()
    private var chimer = ChimePlayer()
    /// The beep, and the tone of recordings: no other sound takes their place.
    private var warners = InlineArray<2, ChimePlayer>(repeating: ChimePlayer())
    /// When the last urgent chime is over; half duplex, nothing else sounds before.
    private var urgentUntil = Instant(nanoseconds: .min)
    /// When a page last sounded.
    private var pageHeardAt = Instant(nanoseconds: .min / 2)

    /// Plays a chime once.
    mutating func play(_ chime: Chime) {
        if chime == .recording { warners[1].play(chime) } else { chimer.play(chime) }
    }

    /// Plays a tone by which a person at the microphone learns whether any listener hears.
    ///
    /// If this is doubtful, the listeners' first HEARD decides, and the control thread orders the
    /// tone.
    mutating func play(_ prospect: DataSocket.Prospect) {
        switch prospect {
        case .heard: play(Chime.permit)
        case .doubted: break
        case .nobody: play(Chime.nobody)
        }
    }

    /// Plays the ringtone, or a caller's tone; nil stops the tone.
    mutating func ring(_ chime: Chime?) { ringer.play(chime) }

    /// Beeps while a drop-in or a peer that listens in has this microphone open.
    mutating func beep(_ isOn: Bool) { warners[0].play(isOn ? .beep : nil) }

    /// Plays the chime before a page, when the page's voice begins to sound.
    mutating func voiceSounds(as hearing: Hearing, at now: Instant) {
        guard case .page = hearing else { return }
        if now - pageHeardAt >= Self.pagePause { play(.page) }
        pageHeardAt = now
    }

    /// Notes that an urgent sound is in this block.
    mutating func makeWay(at now: Instant) { urgentUntil = now + Self.chimeHold }

    /// The gain of tones.
    static func gain(_ volumes: MediaVolumes) -> Gain {
        volumes.tones * volumes.speaker
    }

    /// Whether an urgent sound is in the room.
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
        // Drop-in, listening in and recordings are to be noticed here, even with tones turned down.
        for index in warners.indices where warners[index].next(into: &block, ringtone: none.span) {
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
