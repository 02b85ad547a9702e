import Audio
import HAL
import Realtime
import Scene
import Seeds
import Time
import Wire

@testable import Intercomd
@testable import Media
@testable import Station

/// A day of the two cards of a station, made up from a seed, as the media loop goes through it:
/// they run by clocks that are none, give and take any number of samples, stand still, lose sound,
/// lie about what waits in them and begin anew; the processor stops; peers report anything.
///
/// None of that may end the program, nor lead it to tell a card nonsense.
struct RandomCards: ~Copyable {
    /// Mistakes on purpose, to see that they are found.
    enum Plant {
        /// The speaker's card is given a period more than it has room for.
        case overfills
        /// A stream that stands still is watched as one that moves.
        case overlooks
        /// A gap is kept as microseconds of 32 bits.
        case forgetsLongGaps
    }

    private var random: SplitMix64
    private let plant: Plant?
    private let rings: Rings
    private var nonsense: String?

    // What kind of day it is.
    private let inPeriod: Int
    private let outPeriod: Int
    private let inBuffer: Int
    private let outBuffer: Int
    private let outFill: Int
    private let inRate: Double
    private let outRate: Double
    private let stalls: Double
    private let stallMax: Double
    private let isMaster: Bool
    private let hangs: Double
    /// Whether anybody looks at the sound itself, which takes most of the time.
    private let isMetered: Bool

    // The world.
    private var time: Int64
    private var inWaiting = 0.0
    private var outQueued = 0.0
    private var captureHangs = false
    private var busy: Int64 = 0

    // The parts of the loop.
    private var captureClock = CardClock(.capture)
    private var playbackClock = CardClock(.playback)
    private var captureWatch = StreamWatch()
    private var master = ClockMaster()
    private var shedding = LoadShedding()
    private var protection: LossProtection.Way
    private var microphone: Microphone
    private var chain: CaptureChain
    private var reference: EchoReference
    private var meters = Meters()
    private var duplex = DuplexSwitch()
    private var tally = HeardTally()
    private var total = UInt16(0)
    private var speaker = Speaker()
    private var spurt: SentTalkspurt
    private var lastCapture: Int64
    private var samplesRead = 0
    /// For how long nothing moved, as the watch may count it, since it was opened or moved last.
    private var stillFor = Duration.zero
    private var lookedAt: Int64?
    private var hasMoved = false

    init(seed: UInt64, rings: Rings, plant: Plant? = nil) {
        var random = SplitMix64(seed: seed)
        self.plant = plant
        self.rings = rings
        let periods = [48, 96, 120, 240, 441, 480, 480, 960, 1024, 2205]
        inPeriod = periods.pick(&random)
        outPeriod = periods.pick(&random)
        inBuffer = inPeriod * (2 + Int(random.unit() * 8)) + Int(random.unit() * 3)
        outBuffer = outPeriod * (2 + Int(random.unit() * 8)) + Int(random.unit() * 3)
        outFill = min(outBuffer, outPeriod * (2 + Int(random.unit() * 4)))
        let ppm = [0, 20, -80, 5_000, -100_000, 900_000]
        inRate = 48e-6 * (1 + Double(ppm.pick(&random)) * 1e-6)
        outRate = 48e-6 * (1 + Double(ppm.pick(&random)) * 1e-6)
        stalls = [0, 0.02, 0.2].pick(&random)
        stallMax = [0.05, 2, 4_000, 1e7].pick(&random)
        isMaster = random.unit() < 0.3
        hangs = [0.02, 0.1].pick(&random)
        isMetered = random.unit() < 0.2
        time = [0, 5_000_000_000_000, -3_000_000_000, Int64.max / 4].pick(&random)
        lastCapture = time
        let frame = [120, 240, 480, 960].pick(&random)
        let settings = CaptureChain.Settings(
            cancelsEcho: random.unit() < 0.02, noiseDecibels: random.unit() < 0.02 ? 12 : 0,
            controlsGain: random.unit() < 0.1)
        microphone = Microphone(frameSamples: frame)
        chain = CaptureChain(settings, blockSamples: min(frame, 480))
        reference = EchoReference(isWanted: settings.cancelsEcho)
        spurt = SentTalkspurt(sequence: UInt16(truncatingIfNeeded: random.next()))
        protection = LossProtection.Way(
            LossProtection.Frames(
                samples: frame, size: 29 + Int(random.unit() * 1_000),
                sizeRepeated: 29 + Int(random.unit() * 300)), isWireless: random.unit() < 0.5)
        self.random = random
    }

    /// Lives through the day.
    ///
    /// - Returns: What was absurd in it; nil when nothing was.
    mutating func live() -> String? {
        for _ in 0..<60 {
            pass()
            capture()
            play()
            watch()
            listenToPeers()
            shed()
            if nonsense != nil { return nonsense }
        }
        settle()
        return nonsense
    }

    private var now: Instant { Instant(nanoseconds: time) }

    private mutating func chance(_ share: Double) -> Bool {
        share > 0 && random.unit() < share
    }

    private mutating func note(_ text: String) { nonsense = nonsense ?? text }

    /// Lets the time of a period go by, or much more, or none.
    private mutating func pass() {
        var elapsed = Double(inPeriod) / 48e-6 * (0.8 + 0.4 * random.unit())
        if chance(stalls) { elapsed = random.unit() * stallMax * 1e9 }
        if chance(0.02) { elapsed = 0 }
        time += Int64(elapsed)
        // What hangs fills no buffer.
        if !captureHangs { inWaiting += elapsed * inRate }
        outQueued -= elapsed * outRate
        busy += Int64(elapsed * random.unit())
        if chance(hangs) { captureHangs.toggle() }
    }

    // MARK: Microphone

    private mutating func capture() {
        if inWaiting > Double(inBuffer) || chance(0.02) { loseCaptured() }
        if chance(0.01) { captureClock.forget(rings.counters) }
        guard !captureHangs else { return }
        var count = min(Int(inWaiting), inBuffer)
        // A card gives whole periods; a plug-in whatever it likes.
        if chance(0.9) { count = count / inPeriod * inPeriod }
        inWaiting -= Double(count)
        guard count > 0 else { return }
        lastCapture = time
        moved()
        var sound = sound(count)
        captureClock.add(count)
        captureClock.update(queued: 0, at: now, rings.counters)
        if isMetered {
            meters.captured(sound.span, isMuted: false, at: now, rings)
            var span = sound.mutableSpan
            duplex.captured(&span)
        }
        improve(sound)
        talk()
    }

    private mutating func loseCaptured() {
        inWaiting = 0
        captureClock.begins()
        let gap = time - lastCapture
        let lost =
            plant == .forgetsLongGaps
            ? microphone.framesLost(in: Int64(Int32(gap / 1000)) * 1000)
            : microphone.framesLost(in: gap)
        if lost < 0 { note("\(lost) frames were lost in \(gap) ns") }
        microphone.breakOff()
        reference.breakOff()
        chain.breakOff()
        lastCapture = time
        spurt.lose(lost, before: microphone.captured)
        captureWatch.begins()
        hasMoved = false
        (stillFor, lookedAt) = (.zero, nil)
    }

    private mutating func sound(_ count: Int) -> [Int16] {
        Array(Self.sounds[Int(random.unit() * 4)].prefix(count))
    }

    /// Silence, two that are as loud as can be, and noise.
    private static let sounds: [[Int16]] = {
        let count = 1 << 16
        var random = SplitMix64(seed: 1)
        return [
            [Int16](repeating: 0, count: count), [Int16](repeating: .min, count: count),
            (0..<count).map { $0 % 2 == 0 ? .max : .min },
            (0..<count).map { _ in Int16(truncatingIfNeeded: random.next()) },
        ]
    }()

    /// As `MediaLoop.improve` does it.
    private mutating func improve(_ sound: [Int16]) {
        reference.align(
            playbackDelay: delay(), captureDelay: delay(), captured: samplesRead + sound.count)
        chain.isEchoLeft = shedding.step >= .noEchoCancelling
        chain.isNoiseLeft = shedding.step >= .noNoiseSuppression
        var taken = 0
        while taken < sound.count {
            let missing = microphone.missing(of: chain.blockSamples)
            let part = min(missing, sound.count - taken)
            microphone.append(sound.span.extracting(taken..<taken + part))
            taken += part
            guard part == missing else { break }
            Self.improve(
                &microphone, &chain, from: samplesRead + taken - chain.blockSamples, reference)
        }
        samplesRead += sound.count
    }

    private static func improve(
        _ microphone: inout Microphone, _ chain: inout CaptureChain, from position: Int,
        _ reference: borrowing EchoReference
    ) {
        var block = microphone.mutableNewest(chain.blockSamples)
        chain.process(&block, at: position, reference)
    }

    /// What a card says of itself, which its handle keeps within ten seconds.
    private mutating func delay() -> Int {
        chance(0.8) ? Int(random.unit() * 960) : Int(random.unit() * 960_000) - 480_000
    }

    private mutating func talk() {
        if chance(0.1) {
            spurt.isTalking ? spurt.phase = .silent : spurt.begin(at: microphone.oldest)
        }
        guard spurt.isTalking else { return }
        while spurt.nextFrame < microphone.captured {
            let number = max(spurt.nextFrame, microphone.oldest)
            _ = microphone.frame(number)[0]
            spurt.advance(to: number, lostMax: 1_000)
            spurt.sent()
        }
    }

    // MARK: Speaker

    private mutating func play() {
        if outQueued <= 0 || chance(0.02) {
            outQueued = 0
            playbackClock.begins()
        }
        if chance(0.01) { playbackClock.forget(rings.counters) }
        var available = max(0, min(outBuffer, outBuffer - Int(outQueued)))
        if chance(0.05) { available = Int(random.unit() * Double(outBuffer + 1)) }
        playbackClock.update(queued: outBuffer - available, at: now, rings.counters)
        var room = Refill.samples(
            available: available, spare: outBuffer - outFill, period: outPeriod,
            isMaster: isMaster)
        if plant == .overfills, room > 0 { room += outPeriod }
        if room < 0 || room > available || room % outPeriod != 0 {
            note("\(room) samples for a card with room for \(available), period \(outPeriod)")
        }
        while room > 0 {
            if speaker.waiting == 0 {
                speaker.load(
                    Block(repeating: .min), count: [120, 240, 480].pick(&random),
                    isHeldDown: chance(0.5))
                let decoded = chance(0.02) ? random.next() : tally.decoded &+ 480
                _ = tally.played(
                    480, decoded: decoded, chance(0.7) ? .heard : .speakerMuted, at: now)
            }
            let share = random.unit()
            var given = 0
            speaker.give(room) { samples in
                given = share < 0.8 ? samples.count : Int(share * Double(samples.count))
                return given
            }
            guard given > 0 else { break }
            room -= given
            outQueued += Double(given)
            playbackClock.add(given)
        }
    }

    // MARK: Watching

    private mutating func moved() {
        _ = captureWatch.progressed()
        hasMoved = true
        stillFor = .zero
        master.progressed(at: now)
    }

    private mutating func watch() {
        _ = master.countWake(at: now, period: Int64(inPeriod) * 62_500 / 3)
        if let lookedAt {
            stillFor += min(.nanoseconds(time - lookedAt), StreamWatch.lookMax)
        }
        lookedAt = time
        var isToReopen = captureWatch.update(at: now, runs: true)
        if plant == .overlooks { isToReopen = false }
        let least = StreamWatch.silenceMax
        if isToReopen, stillFor < least { note("opened again after \(stillFor)") }
        let most = hasMoved ? least : StreamWatch.firstSoundMax * 2 + StreamWatch.lookMax
        if !isToReopen, stillFor >= most { note("not opened again after \(stillFor)") }
        guard isToReopen else { return }
        hasMoved = false
        (stillFor, lookedAt) = (.zero, nil)
        captureHangs = captureHangs && chance(0.5)
    }

    private mutating func shed() {
        guard now >= shedding.due else { return }
        let before = shedding.step
        // A thread's own time may be wrong for once.
        let told = chance(0.02) ? Int64(bitPattern: random.next()) / 4 : busy
        let step = shedding.windowEnded(at: now, busy: told, isLate: chance(0.2))
        if step == before || (step ?? before) != shedding.step {
            note("from \(before) to \(shedding.step), and said \(String(describing: step))")
        }
    }

    private mutating func listenToPeers() {
        if chance(0.3) {
            let bits = random.next()
            protection.reported(
                Report(
                    stream: 0, highest: UInt16(truncatingIfNeeded: bits),
                    loss: UInt8(truncatingIfNeeded: bits >> 16),
                    burst: UInt8(truncatingIfNeeded: bits >> 24),
                    jitter: UInt16(truncatingIfNeeded: bits >> 32),
                    delay: UInt16(truncatingIfNeeded: bits >> 48), concealed: 0, received: 1),
                at: now)
        }
        if chance(0.3) {
            let longest = [0.01, 1, 100_000].pick(&random)
            protection.measured(.nanoseconds(Int64(random.unit() * longest * 1e9)), at: now)
        }
        if chance(0.1) { tally.begin() }
        if chance(0.2) { _ = tally.report(of: 0, total: &total) }
        let choice = protection.redundancy.choice
        let rooms = AudioPacket.roomMin...AudioPacket.roomMax
        let isSound =
            (0...Redundancy.depthMax).contains(choice.depth) && (1...4).contains(choice.offset)
            && choice.frameSize > 0 && rooms.contains(choice.room)
        if !isSound { note("\(choice)") }
    }

    // MARK: Afterwards

    /// Whatever happened: calm leaves nothing out, and cards that run well are known well.
    private mutating func settle() {
        for _ in 0..<150 {
            time += LoadShedding.window.nanoseconds
            busy += 1_000_000
            _ = shedding.windowEnded(at: now, busy: busy, isLate: false)
        }
        if shedding.step != .none { note("\(shedding.step) is left out of a calm loop") }

        captureClock.forget(rings.counters)
        if drift != nil { note("the clock of no card is known") }
        let (start, ppm) = (time, 300 * random.unit() - 150)
        for block in 1...400 {
            let moment = start + Int64(Double(block) * 50e6 / (1 + ppm * 1e-6))
            time = moment + Int64(random.unit() * 1e6)
            captureClock.add(2_400)
            captureClock.update(queued: 0, at: now, rings.counters)
        }
        guard let drift else { return note("a clock is not known after 20 s") }
        if abs(drift.ppm - ppm) > 6 * drift.uncertainty + 5 {
            note("\(drift.ppm) ppm (of \(drift.uncertainty)) for \(ppm)")
        }
    }

    private var drift: (ppm: Double, uncertainty: Double)? {
        CardClock.told(rings.counters[.captureDrift], rings.counters[.captureDriftError])
    }
}

extension Array {
    /// One of these, by chance.
    fileprivate func pick(_ random: inout SplitMix64) -> Element {
        self[Int(random.next() % UInt64(count))]
    }
}
