import Audio
import Seeds
import Time

/// What else has a part in the sound of a random day: mixer, meters, the copies the talker is asked
/// for, and the microphone that hears the speaker.
struct DayStation: ~Copyable {
    private var random: SplitMix64
    private let block: Int
    private var mixer = Mixer()
    private var fader = Fader(.muted)
    private var meter = LevelMeter()
    private var noise = SignalToNoise()
    private var activity = SpeakerActivity()
    private var redundancy: Redundancy
    private var drift = ClockDrift()
    private var duplex = DuplexSwitch()
    private var vox: Vox
    private var played = 0
    /// The microphone's side is dear: only some have one.
    private let hasMicrophone: Bool
    private var chain: CaptureChain
    private var reference: EchoReference

    init(block: Int, random: SplitMix64) {
        var random = random
        self.block = block
        let settings = [Profile.voice, .studio, .lowpower, .ultra].pick(&random).settings
        let size = 29 + Int(random.unit() * 300)
        let sizeRepeated = 29 + Int(random.unit() * 300)
        redundancy = Redundancy(
            frameSamples: settings.frameSamples, frameSize: size,
            frameSizeRepeated: sizeRepeated, rooms: 59...1172, depthMin: Int(random.unit() * 2))
        vox = Vox(
            threshold: 3 + Float(random.unit() * 37), hang: .milliseconds(random.next() % 5_000))
        // A block of 7.5 ms is none of a microphone's.
        hasMicrophone = block != 360 && random.unit() < 0.06
        chain = CaptureChain(
            CaptureChain.Settings(
                cancelsEcho: hasMicrophone && random.unit() < 0.6,
                noiseDecibels: hasMicrophone ? [0, 15, 30].pick(&random) : 0,
                controlsGain: random.unit() < 0.5),
            blockSamples: hasMicrophone ? block : 240)
        reference = EchoReference(isWanted: hasMicrophone)
        self.random = random
    }

    /// The card stood still.
    mutating func stall() {
        if random.unit() < 0.5 { drift.reset() }
        reference.breakOff()
        chain.breakOff()
        if random.unit() < 0.1 { duplex.reset() }
    }

    /// Plays one block, and hears it again by the microphone.
    mutating func play(_ sound: inout MutableSpan<Int16>, isHeard: Bool, at now: Instant) {
        if isHeard {
            let goal = Gain(decibels: random.unit() * 200 - 100)
            let (from, to) = fader.move(to: goal, samples: block, duration: 480)
            mixer.add(sound.span, from: from, to: to)
            if random.unit() < 0.2 { mixer.add(sound.span, gain: Gain(decibels: 24)) }
        }
        mixer.render(into: &sound)
        meter.add(sound.span)
        activity.add(sound.span)
        duplex.played(sound.span)
        played += block
        drift.add(position: played - Int(random.unit() * 4_000), at: now)
        if hasMicrophone { hear(&sound) }
    }

    /// What the talker is told, and how long the way there and back takes.
    mutating func learn(_ report: ReceptionReport, at now: Instant) {
        redundancy.add(roundTrip: .milliseconds(Int64(random.unit() * 3_000)), at: now)
        redundancy.report(
            loss256: report.loss256, burst8: report.burst8,
            jitter: .nanoseconds(Int64(report.jitter) * 100_000), at: now)
        _ = drift.estimate
    }

    private mutating func hear(_ sound: inout MutableSpan<Int16>) {
        reference.append(sound.span)
        // A plug-in may say any number; HAL takes none for more than ten seconds.
        let odd = random.unit() < 0.01
        reference.align(
            playbackDelay: odd ? Int(random.unit() * 960_000) - 480_000 : 720,
            captureDelay: odd ? Int(random.unit() * 960_000) - 480_000 : 100, captured: played)
        let level = random.unit() < 0.01 ? 32_767.0 : 30
        for index in sound.indices {
            let noise = (random.unit() * 2 - 1) * level
            sound[index] = Int16(max(-32_768, min(32_767, Double(sound[index]) * 0.5 + noise)))
        }
        noise.add(sound.span)
        chain.process(&sound, at: played - block, reference)
        vox.add(sound.span, speaker: [.silent, .cancelled, .heard].pick(&random))
        duplex.captured(&sound)
    }
}
