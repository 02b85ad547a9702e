package import Audio
internal import Crypto
package import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// The real-time loop: it owns the sound, the talk keys and the keys of every session.
///
/// One turn goes straight through: commands, talk keys, microphone to wire, wire to voices, voices
/// to speaker. After `run` has begun nothing is opened, closed, allocated or freed here: devices
/// and keys come through a ring and leave through another.
///
/// What is asked in every turn is `mutating`, whether it changes anything or not: a mere borrow of
/// a value so large may copy the whole of it.
///
/// - `MediaLoop+Keys` follows the talk keys,
/// - `MediaLoop+Capture` makes the microphone's sound better,
/// - `MediaLoop+Talk` holds the way from the microphone to the wire,
/// - `MediaLoop+Aim` says who listens where that changes as it goes,
/// - `MediaLoop+Announce` sends what is read from a file,
/// - `MediaLoop+Listen` the way from the wire to the speaker,
/// - `MediaLoop+Heard` tells talkers what of it is heard,
/// - `MediaLoop+Chimes` what is heard besides voices, `MediaLoop+Duplex` who has the word,
/// - `MediaLoop+Commands` what the control thread asks for,
/// - `MediaLoop+Change` new settings,
/// - `MediaLoop+Trial` tones that are sent to measure the way,
/// - `MediaLoop+Shedding` what is left out when the processor cannot keep up,
/// - `MediaLoop+Clock` the cards, and which of them wakes the loop.
package struct MediaLoop: ~Copyable {
    /// A speaker that refuses so many blocks of one turn is asked again in the next.
    static let xrunsPerTurn = 3
    /// Frames encoded in one turn at most: the newest, and two of the pre-roll behind it.
    static let framesPerTurn = 3

    var plan: MediaPlan
    let rings: Rings
    var loop: EventLoop

    var cards: CardPair
    var microphone: Microphone
    var speaker = Speaker()
    /// What is done to the microphone's sound, and what it is told of the speaker.
    var chain: CaptureChain
    var reference: EchoReference
    /// Samples read from the microphone's card.
    var samplesRead = 0
    /// Whether the speaker sounds, for keys that speech presses.
    var activity = SpeakerActivity()

    var keys: FixedArray<TalkKeySlot>
    /// The keys of `intercomctl ptt`, one for each target.
    var virtualKeys: FixedArray<TalkKey>
    /// None of their deadlines is earlier; nil when they have none.
    var virtualDue: Instant?
    var spurts: FixedArray<Spurt>
    var encoded = EncodedFrames()
    var encoder: OpusEncoder
    /// Whether frames may need another size: others are talked to, or ways have changed.
    var isFrameSizeDue = false
    var meters = Meters()
    var trial = TrialTone()
    /// When a key opened the microphone for the talkspurt whose first packet is due.
    var openedAt: Instant?

    /// The two ends of the wire, and everyone who is heard.
    var sender: PacketSender
    var receiver: PacketReceiver
    var talkers: Talkers

    var samples = InlineArray<4096, Int16>(repeating: 0)

    var now = Clock.now()
    /// The station is about to stop: no microphone opens any more.
    var isQuiet = false
    var isStopping = false
    var hasBacklog = false
    /// What is heard besides voices.
    var tones = Tones()
    var duplex = HalfDuplex()
    /// What is read from a file, and the samples of it that are due.
    var announcement: Box<Announcement>?
    var isAnnouncementWhole = false
    var announcementCredit = 0
    var pacedAt = Instant(nanoseconds: 0)
    var volumes = MediaVolumes()
    var mute = Mute()
    private let byAddress = PassedByAddress()
    /// What is left out while the processor cannot keep up, and whether sound waited for the loop.
    var shedding = LoadShedding()
    var wasLate = false

    package init(
        plan: MediaPlan, rings: Rings, socket: consuming UDPSocket, firstSequences: [UInt16]
    ) throws(MediaError) {
        let now = Clock.now()
        // What can fail first, on locals: a noncopyable value is made whole or not at all.
        let loop = try Self.eventLoop()
        let cards = try Self.cards(plan, rings)
        let encoder = try Self.encoder(plan)
        let sender = try Self.sender(socket, rings, frameSize: encoder.frameSize)
        let receiver = try Self.receiver(rings, plan, at: now)
        try Self.watch(loop, rings.commandsWaiting.fd, .commands)
        try Self.watch(loop, sender.fd, .socket)
        try Self.watch(loop, cards.timerFD, .timer)
        let talkers = try Self.talkers(plan, rings)

        self.loop = loop
        self.cards = cards
        self.sender = sender
        self.receiver = receiver
        self.talkers = talkers
        self.encoder = encoder
        duplex.isOn = plan.isHalfDuplex
        chain = CaptureChain(plan.capture, blockSamples: plan.captureBlock)
        reference = EchoReference(isWanted: plan.capture.cancelsEcho)
        microphone = Microphone(frameSamples: plan.sound.frameSamples)
        keys = plan.makeKeys(at: now)
        virtualKeys = plan.makeVirtualKeys()
        spurts = plan.makeSpurts(firstSequences)
        self.plan = plan
        self.rings = rings
        self.now = now
    }

    private static func eventLoop() throws(MediaError) -> EventLoop {
        do throws(SystemError) { return try EventLoop() } catch { throw .system(error) }
    }

    private static func cards(_ plan: MediaPlan, _ rings: Rings) throws(MediaError) -> CardPair {
        do throws(SystemError) { return try CardPair(plan, rings) } catch { throw .system(error) }
    }

    private static func sender(
        _ socket: consuming UDPSocket, _ rings: Rings, frameSize: Int
    ) throws(MediaError) -> PacketSender {
        do throws(SystemError) {
            return try PacketSender(socket, rings, frameSize: frameSize)
        } catch { throw .system(error) }
    }

    private static func receiver(
        _ rings: Rings, _ plan: MediaPlan, at now: Instant
    ) throws(MediaError) -> PacketReceiver {
        do throws(SystemError) {
            return try PacketReceiver(rings, period: plan.periodNanoseconds, at: now)
        } catch { throw .system(error) }
    }

    private static func watch(
        _ loop: borrowing EventLoop, _ fd: Int32, _ token: Token
    ) throws(MediaError) {
        do throws(SystemError) {
            try loop.add(fd: fd, token: token.rawValue)
        } catch { throw .system(error) }
    }

    private static func encoder(_ plan: MediaPlan) throws(MediaError) -> OpusEncoder {
        do throws(OpusError) {
            return try OpusEncoder(plan.profile, bitrate: plan.bitrate)
        } catch { throw .opus(error) }
    }

    private static func talkers(_ plan: MediaPlan, _ rings: Rings) throws(MediaError) -> Talkers {
        do throws(OpusError) { return try Talkers(plan, rings) } catch { throw .opus(error) }
    }

    /// Runs until the control thread says stop; then everything has been handed back.
    package mutating func run() {
        // The first time one of these changes, the Swift runtime allocates what it knows of its
        // type: here, before the sound, rather than at a card's or a session's coming.
        cards.removeAll()
        for peer in sender.peers.indices { sender.peers[peer].keySlots.removeAll() }
        HeapWatch.arm(true)
        cards.armTimer(at: now)
        while !isStopping {
            let deadline = nextTurn
            let ready = loop.wait(until: deadline)
            receiver.beginTurn(after: now)
            now = Clock.now()
            var woken = Woken()
            for index in 0..<ready { woken.note(loop[index]) }
            let isDue = if let deadline { deadline <= now } else { false }
            // Datagrams move no key and no sound of ours, and many come between two periods.
            if woken.isSocketOnly, !isDue {
                listen()
                finishTurn()
                continue
            }
            hasBacklog = false
            cards.ask(woken, loop, at: now)
            if woken.card || woken.timer { receiver.intake.beginPeriod() }
            takeCommands(woken)
            readKeys(woken)
            let isPeriod = woken.isPeriod(of: cards.clock.source)
            if isPeriod { moveCapturedSound() }
            if woken.timer { paceByTimer() }
            talk()
            followTrial()
            if woken.socket || receiver.intake.isGathering { listen() }
            if isPeriod { playSound() } else if woken.timer { receiver.intake.missedBlock() }
            if isPeriod || woken.timer { watchStreams() }
            followLoad()
            finishTurn()
        }
        HeapWatch.arm(false)
    }

    private mutating func finishTurn() {
        if let wakes = receiver.intake.newWaking() {
            try? loop.modify(
                fd: sender.fd, events: wakes ? EventLoop.readable : 0,
                token: Token.socket.rawValue)
        }
        rings.counters.add(.ticks)
        if rings.counters[.ticks] % 64 == 0 { publishGauges() }
        rings.wakeControlThread()
    }

    private mutating func publishGauges() {
        rings.counters.set(.cpuNanoseconds, to: UInt64(Clock.threadNanoseconds()))
        rings.counters.set(.heapCalls, to: HeapWatch.count ?? UInt64.max)
        if let estimate = chain.estimate {
            rings.counters.set(.echoReduction, to: UInt64(estimate.decibels * 10))
        }
        rings.counters.set(.microphoneLevel, to: UInt64(max(0, -meters.level * 10)))
        meters.publish(rings)
    }
}

/// Why the media loop could not be made.
package enum MediaError: Error {
    case system(SystemError)
    case opus(OpusError)
}
