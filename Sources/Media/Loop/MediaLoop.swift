package import Audio
internal import Crypto
package import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// The real-time loop: it owns the sound, the talk keys and the keys of every session.
///
/// One turn has a fixed order: commands, talk keys, microphone to wire, wire to voices, voices to
/// speaker (a turn that only datagrams cause just takes them). Once `run` has begun, nothing is
/// opened, closed, allocated or freed here: devices and keys come through one ring buffer and leave
/// through another.
///
/// All methods that run in every turn are `mutating`, even if they change nothing: a borrow of a
/// value this large may copy all of it. A step of a stage is `static` when it changes one field
/// while it holds a span of another: in a method, the span would lock all of `self`.
///
/// `run` has the order of a turn; the state lies in values, in one folder for each stage:
///
/// - Loop: the commands of the control thread, which come over `Rings`, are carried out below;
///   `LoadShedding` decides which work is left out; `Woken`, `MediaCount`.
/// - Plan: `MediaPlan` holds the settings, `MediaChange` brings new ones, `MediaVolumes` the
///   volumes that a person has set.
/// - Buttons: the loop acts on `TalkKeys`, each a `TalkKeySlot` with a `KeyMeaning`;
///   its line comes as a `KeyLine`.
/// - Cards: `MediaLoop+Cards` follows the `CardPair`, with
///   `ClockMaster` (which card wakes the loop); each `CardSide` has a `CardClock` and a
///   `StreamWatch`.
/// - Capture, from the microphone's card: `moveCapturedSound` takes sound through `CapturePath`,
///   which has the `Microphone` (pre-roll), `Mute` and `CaptureChain` (Audio), which improves it;
///   `Meters` measure both directions.
/// - Talk, to the wire: `talk` lets `Talks` (`SentTalkspurt`, `EncodedFrames`) encode the sound,
///   and `DataSocket` seal (`KeySlots`, Crypto) and send it; a `PacedAnnouncement` (an
///   `Announcement`) is sent beside it.
/// - Listen, from the wire to the speaker's card: in `MediaLoop+Listen`, `PacketReceiver` opens
///   packets of sessions (`SessionOwners`) when `Intake` allows; `Talkers` (`PeerStreams`;
///   `VoiceSlot`, `HeardTally`) keeps and mixes voices; `Tones` and `Speaking` add other sounds;
///   `Speaker` feeds the card; `HalfDuplex` holds the speaker down while the microphone is open,
///   and the reverse.
/// - Peers: `DataSocket` owns the socket and each `MediaPeer` (keys, endpoint).
package struct MediaLoop: ~Copyable {
    /// Xruns after which the speaker waits for the next turn.
    static let xrunsPerTurn = 3

    var plan: MediaPlan
    let rings: Rings
    var loop: EventLoop
    var now: Instant

    var talkKeys: TalkKeys
    var cards: CardPair
    /// From the microphone to the wire.
    var capturePath: CapturePath
    var talks: Talks
    var announcement = PacedAnnouncement()
    var socket: DataSocket
    /// From the wire to the speaker.
    var receiver: PacketReceiver
    var forwarder: Forwarder
    var talkers: Talkers
    var tones = Tones()
    var speaking = Speaking()
    var speaker = Speaker()
    /// For both directions.
    var duplex = HalfDuplex()
    var meters = Meters()
    var volumes = MediaVolumes()
    /// Decides which work is left out while the processor cannot keep up.
    var shedding = LoadShedding()
    /// Whether work is left: the next turn begins at once.
    var hasBacklog = false
    /// Whether the station is about to stop: no microphone opens any more.
    var isQuiet = false
    var isStopping = false
    private let byAddress = PassedByAddress()

    package init(
        plan: MediaPlan, rings: Rings, socket udp: consuming UDPSocket,
        strays: consuming UDPSocket, firstSequences: [UInt16]
    ) throws(MediaError) {
        let now = Clock.now()
        // First all that can fail, in locals: a noncopyable value is made whole or not at all.
        let loop = try MediaError.fromSystem { () throws(SystemError) in try EventLoop() }
        let cards = try CardPair(plan, rings)
        let socket = try DataSocket(udp, strays: strays, rings)
        let receiver = try PacketReceiver(rings, period: plan.periodNanoseconds, at: now)
        let talks = try Talks(plan, rings, firstSequences: firstSequences)
        let talkers = try Talkers(plan, rings)
        try Self.watch(loop, rings.commandsWaiting.fd, .commands)
        try Self.watch(loop, socket.fd, .socket)
        try Self.watch(loop, socket.strayFD, .strays)
        try Self.watch(loop, cards.timerFD, .timer)

        self.loop = loop
        self.cards = cards
        self.socket = socket
        self.receiver = receiver
        forwarder = Forwarder(rings)
        self.talks = talks
        self.talkers = talkers
        talkKeys = TalkKeys(plan, rings, at: now)
        capturePath = CapturePath(plan)
        self.plan = plan
        self.rings = rings
        self.now = now
        duplex.isOn = plan.isHalfDuplex
        self.socket.frameSize = self.talks.encoder.frameSize
    }

    private static func watch(
        _ loop: borrowing EventLoop, _ fd: Int32, _ token: Token
    ) throws(MediaError) {
        do throws(SystemError) {
            try loop.add(fd: fd, token: token.rawValue)
        } catch { throw .system(error) }
    }

    /// Runs until the control thread sends `stop`; by then everything has been handed back.
    package mutating func run() {
        // At the first change of such a value, the Swift runtime allocates the metadata of its
        // type: it must do so before the sound, not when a card or session comes.
        cards.removeAll()
        socket.peers[0].keySlots.removeAll()
        HeapWatch.arm(true)
        cards.armTimer(at: now)
        while !isStopping {
            let deadline = hasBacklog ? now : talkKeys.settles
            let ready = loop.wait(until: deadline)
            receiver.beginTurn(after: now)
            now = Clock.now()
            var woken = Woken()
            for index in 0..<ready { woken.note(loop[index]) }
            let isDue = if let deadline { deadline <= now } else { false }
            // Datagrams move no key and none of this station's sound, and many come in one period.
            if woken.isSocketOnly, !isDue {
                if woken.socket { listen() }
                if woken.strays { listen(areStrays: true) }
                finishTurn()
                continue
            }
            hasBacklog = false
            cards.ask(woken, loop, at: now)
            if woken.card || woken.timer { receiver.beginPeriod() }
            handleCommands(woken)
            readKeys(woken)
            let isPeriod = woken.isPeriod(of: cards.master.source)
            if isPeriod { moveCapturedSound() }
            if woken.timer {
                // Without a card, time sets the pace.
                paceAnnouncement(.timer, announcement.pace.samplesDue(at: now))
            }
            talk()
            if woken.socket || receiver.intake.isGathering { listen() }
            if isPeriod { playSound() } else if woken.timer { receiver.intake.missedBlock() }
            if woken.strays { listen(areStrays: true) }
            if isPeriod || woken.timer { watchStreams(inPeriod: isPeriod) }
            adaptToLoad()
            finishTurn()
        }
        HeapWatch.arm(false)
    }

    private mutating func finishTurn() {
        receiver.watch(socket, by: loop)
        rings.counters.add(.ticks)
        if rings.counters[.ticks] % 64 == 0 { publishGauges() }
        rings.wakeControlThread()
    }

    private mutating func publishGauges() {
        rings.counters.set(.cpuNanoseconds, to: UInt64(Clock.threadNanoseconds()))
        rings.counters.set(.heapCalls, to: HeapWatch.count ?? UInt64.max)
        if let estimate = capturePath.chain.estimate {
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

    static func fromSystem<Value: ~Copyable>(
        _ make: () throws(SystemError) -> Value
    ) throws(MediaError) -> Value {
        do throws(SystemError) { return try make() } catch { throw .system(error) }
    }

    static func fromOpus<Value: ~Copyable>(
        _ make: () throws(OpusError) -> Value
    ) throws(MediaError) -> Value {
        do throws(OpusError) { return try make() } catch { throw .opus(error) }
    }
}

/// Leaves out work while the processor cannot keep up (`LoadShedding`).
extension MediaLoop {
    /// A short sleep that shows the kernel that the thread does not spin.
    ///
    /// The kernel ends a thread that has not slept for LimitRTTIME=, and a thread that is always
    /// behind never sleeps.
    private static let nap = Duration.microseconds(100)

    /// Takes the next step, or takes one back, at the end of a window.
    mutating func adaptToLoad() {
        guard now >= shedding.due else { return }
        let profile = plan.sound.complexity
        shedding.setUse(of: .thriftyEncoder, profile > Self.complexityThrifty)
        shedding.setUse(of: .plainEncoder, profile > Self.complexityPlain)
        shedding.setUse(
            of: .noNoiseSuppression,
            capturePath.chain.settings.noiseDecibels > 0 && !capturePath.chain.settings.cancelsEcho)
        shedding.setUse(of: .noEchoCancelling, capturePath.chain.settings.cancelsEcho)
        let changed = shedding.windowEnded(
            at: now, busy: Clock.threadNanoseconds(), isLate: shedding.takeLateness())
        // A position that was read late does not show how fast the card runs.
        if shedding.isPressed { cards.distrustClocks(at: now) }
        if changed != nil { applyShedding() }
        if let changed { rings.notify(.shedding(changed)) }
        if shedding.isBusy { Clock.sleep(Self.nap) }
    }

    private static let complexityThrifty = 5
    private static let complexityPlain = 2

    /// Applies the step to everything, new parts included.
    mutating func applyShedding() {
        let step = shedding.step
        var complexity = plan.sound.complexity
        if step >= .thriftyEncoder { complexity = min(complexity, Self.complexityThrifty) }
        if step >= .plainEncoder { complexity = min(complexity, Self.complexityPlain) }
        talks.encoder.change(complexity: complexity)
        capturePath.chain.isNoiseLeft = step >= .noNoiseSuppression
        capturePath.chain.isEchoLeft = step >= .noEchoCancelling
        talkers.limit(to: voicesMax, at: now)
        talkers.neuralMax = step == .none ? plan.neuralVoices : 0
        // Microphone and speaker take turns when the echo should be cancelled and is not.
        duplex.isOn =
            plan.isHalfDuplex
            || capturePath.chain.isEchoLeft && capturePath.chain.settings.cancelsEcho
    }

    private var voicesMax: Int {
        switch shedding.step {
        case .twoVoices: 2
        case .fourVoices: 4
        default: Talkers.voicesMax
        }
    }
}

/// Takes over new settings, without a gap in the sound.
///
/// Everything that is in both settings goes on: a talk key keeps its state, a talkspurt its
/// numbers, a peer its session. Nothing is allocated or freed.
extension MediaLoop {
    mutating func adopt(_ box: consuming Box<MediaChange>) {
        adopt(&box.value)
        rings.notify(.adopted)
        rings.handBack(.change(box))
    }

    private mutating func adopt(_ change: inout MediaChange) {
        endLostTargets(change)
        swap(&plan, &change.plan)
        cards.keepsCapturing = plan.keepsCapturing
        cards.period = plan.periodNanoseconds
        swap(&talks.spurts, &change.spurts)
        swap(&talkKeys.virtual, &change.virtualKeys)
        for place in talks.spurts.indices {
            guard let former = change.formerTargets[place] else { continue }
            swap(&talks.spurts[place], &change.spurts[former])
            swap(&talkKeys.virtual[place], &change.virtualKeys[former])
            talkKeys.virtual[place].change(to: plan.virtualKeys[place])
            // An aimed target keeps its listeners.
            guard !plan.targets[place].isAimed else { continue }
            talks.spurts[place].listeners = plan.targets[place].listeners
        }
        talkKeys.adopt(&change, plan, loop)
        talks.isFrameSizeDue = true
        cards.hasOtherWork = talkKeys.count > 0 || announcement.isOn
        changeSound(&change)
        applyShedding()
        for target in talks.spurts.indices { updateGate(target) }
        receiver.intake.adopt(period: plan.periodNanoseconds)
        receiver.strayIntake.adopt(period: plan.periodNanoseconds)
    }

    /// Ends a talkspurt whose target is gone, and reports the end to its listeners.
    private mutating func endLostTargets(_ change: borrowing MediaChange) {
        for target in talks.spurts.indices where !change.formerTargets.contains(target) {
            let wasTalking = talks.spurts[target].isTalking
            endAtOnce(target)
            guard wasTalking || talks.spurts[target].endsLeft > 0 else { continue }
            let listeners = talks.spurts[target].listeners
            talks.sendEnd(of: target, to: listeners, plan, by: &socket, at: now)
        }
    }

    private mutating func changeSound(_ change: inout MediaChange) {
        let frameSamples = talks.encoder.frameSamples
        if change.encoder != nil {
            swap(&talks.encoder, &change.encoder!)
            socket.frameSize = talks.encoder.frameSize
            if talks.encoder.frameSamples != frameSamples {
                // Frame numbers have another meaning now; a key still held begins another
                // talkspurt.
                for target in talks.spurts.indices { endAtOnce(target) }
                capturePath.change(frameSamples: talks.encoder.frameSamples)
            }
            // Frames of the new size: the waiting sound is encoded again.
            var first = capturePath.microphone.captured
            for target in talks.spurts.indices where talks.spurts[target].isTalking {
                first = min(first, talks.spurts[target].nextFrame)
            }
            talks.frames.begin(at: max(first, capturePath.microphone.oldest))
            talks.isFrameSizeDue = true
        }
        change.exchangeChain(&capturePath.chain, &capturePath.reference)
        if change.voiceSlots != nil {
            talkers.releaseAll(at: now)
            swap(&talkers.slots, &change.voiceSlots!)
        }
        if change.changesRest { startCards() }
    }
}

/// The commands of the control thread.
extension MediaLoop {
    /// Handles the commands that the control thread has sent since the last turn.
    mutating func handleCommands(_ woken: borrowing Woken) {
        guard woken.commands else { return }
        rings.commandsWaiting.drain()
        while let command = rings.commands.pop() { handle(command) }
        while let part = rings.handshakes.pop() { socket.send(part, at: now) }
        // A command may have moved a virtual key, or replaced them all.
        talkKeys.virtualMoved(at: now)
    }

    private mutating func handle(_ command: consuming MediaCommand) {
        switch consume command {
        case .install(let peer, let session, let endpoint):
            receiver.owners.note(peer)
            socket.peers[peer].nextEndpoint = endpoint
            if let displaced = socket.peers[peer].keySlots.install(session) {
                rings.handBack(.session(displaced))
            }
        case .send(let peer, let index, let payload, let address, let made):
            socket.send(payload, to: peer, onSession: index, address: address, made: made)
        case .answered(let peer, let index, let askedAt, let time):
            socket.peers[peer].keySlots.answered(onIndex: index, askedAt: askedAt, time: time)
        case .cover(let peer): socket.sendCover(to: peer, at: now)
        case .endpoint(let peer, let endpoint):
            socket.peers[peer].endpoint = endpoint
        case .drop(let peer, let index):
            if let session = socket.peers[peer].keySlots.drop(index: index) {
                rings.handBack(.session(session))
            }
        case .card(let pcm): insert(pcm)
        case .key(let key): insertKey(key.place, key.line)
        case .sound(let order): carryOut(order)
        case .say(let words): speaking.say(words, rings)
        case .endPieces: speaking.endPieces(rings)
        case .announce(let box): beginAnnouncement(box)
        case .announceEnd(let isNow): endAnnouncement(isNow: isNow)
        case .volumes(let volumes): change(volumes)
        case .adopt(let change): adopt(change)
        case .giveUp(let direction):
            giveUp(direction)
            rings.notify(.gaveUp(direction))
        case .quiet:
            isQuiet = true
            for target in talks.spurts.indices { endAtOnce(target) }
            finishAnnouncement()
        case .stop: stop()
        }
    }

    private mutating func carryOut(_ order: SoundOrder) {
        switch order {
        case .hear(let peer, let stream, let hearing, let priority):
            talkers.streams[peer].priorities[Int(stream)] = priority
            talkers.bind(stream, of: peer, to: hearing, at: now)
        case .protect(let peer, let choice):
            socket.peers[peer].protection = choice
            talks.isFrameSizeDue = true
        case .keep(let stream, let peers):
            talkers.recorded[Int(stream)] = peers
            talks.recorded[Int(stream)] = peers
        case .doubt(let peer, let isDoubted): socket.peers[peer].isDoubted = isDoubted
        case .press(let id, let isDown):
            guard let target = plan.targets.firstIndex(where: { $0.id == id }) else { return }
            let action = talkKeys.virtual[target].handle(.level(isDown: isDown), at: now)
            act(on: action, target: target)
        case .aim(let id, let listeners):
            talks.aim(id, at: listeners, plan, by: &socket, at: now)
        case .chime(let chime): tones.play(chime)
        case .ring(let chime): tones.ring(chime)
        case .beep(let isOn): tones.beep(isOn)
        }
    }

    private mutating func change(_ new: MediaVolumes) {
        if new.isMicrophoneMuted, !volumes.isMicrophoneMuted {
            capturePath.beginMute(isRunning: cards.isCapturing)
        }
        volumes = new
    }

    private mutating func stop() {
        for target in talks.spurts.indices { endAtOnce(target) }
        finishAnnouncement()
        for peer in socket.peers.indices {
            while let session = socket.peers[peer].keySlots.dropAny() {
                rings.handBack(.session(session))
            }
        }
        speaking.stop(rings)
        giveUp(.capture)
        giveUp(.playback)
        talkKeys.handBackLines()
        isStopping = true
        rings.notify(.stopped)
    }
}
