import Audio
import Config
import Report
import Time
import Wire

@testable import Intercomd
@testable import Media
@testable import Station

/// A station as the person in its room has it: what opens, and what can be heard and seen of that.
///
/// The switchboard decides and the tones sound, as in the program; the gate of the microphone and
/// the voices of peers are played by the room. Peer 0 is the garage.
struct ConsentRoom {
    /// What could tell the person there something.
    struct Furniture {
        var volumes = MediaVolumes()
        var hasSpeaker = true
        var isCardMuted = false
        var hasLamp = true
        var isResting = false
    }

    /// The sounds of one kind, so that it is known which one is heard.
    private struct Kind {
        var tones = Tones()
        /// The blocks of 10 ms in which one begins to be heard.
        var heardAt: [Int] = []
        var wasHeard = false
        /// The block from which on nothing sounds any more.
        var until = 0
    }

    private static let channel: UInt64 = 0xCAFE
    private static let mine = 0

    private var board: Switchboard
    private let names: Names
    private let plan: MediaPlan
    /// Changes are known to the station at once.
    var furniture: Furniture { didSet { consent(); settle() } }
    var policy: Policy { didSet { consent(); settle() } }
    private(set) var now = Kitchen.now
    private var blocks = 0
    private var bell = Kind()
    private var chime = Kind()
    private var beep = Kind()
    private var hasVoice = false
    private var mids: UInt32 = 0

    /// The microphone is open.
    private(set) var isOpen = false
    /// The lamp was lit whenever the microphone was open.
    private var wasLit = true
    private(set) var wasOpen = false
    private(set) var relays = 0
    private(set) var events: [Event.Kind] = []
    /// The call that the garage is in, or was refused.
    private var joined: CallID?
    private(set) var wasRefused = false
    /// The talk targets that the microphone is open for.
    private var hasSpokenTo: Set<Int> = []

    init(_ furniture: Furniture, _ policy: Policy) throws {
        let station = try Kitchen.snapshot()
        (names, plan) = (Names(station.config, station.directory, station.routing), station.plan)
        (self.furniture, self.policy) = (furniture, policy)
        let channels = [
            Channel(
                number: 1, reference: Self.channel, members: [Kitchen.garage], isListenedTo: true)
        ]
        board = Switchboard(
            targets: [], channels: channels, firstMids: [100, 200],
            frames: .init(samples: 480, size: 80, sizeRepeated: 40), at: now)
        let talk = TalkTarget(stream: 0, reference: 0, listeners: [Kitchen.garage])
        board.configure(peers: [Kitchen.garage], targets: [talk], channels: channels, at: now)
        board.up(peer: Kitchen.garage, isNewBoot: true, at: now)
        consent()
        settle()
        events = []
    }

    // MARK: What the loop around the switchboard does

    private mutating func consent() {
        let canBeep = !furniture.isCardMuted
        let signs = Consent.Signs(
            isSpeakerOpen: furniture.hasSpeaker, canBeep: canBeep, hasTalkLamp: furniture.hasLamp)
        let configured = [Policy](repeating: policy, count: PeerSet.capacity)
        board.consent(
            to: configured, signs, furniture.isResting ? .doNotDisturb : .open,
            isHalfDuplex: false, at: now)
    }

    private mutating func settle() {
        while let order = board.nextOrder() { perform(order) }
        isOpen = board.openTalks.isAny
        wasOpen = wasOpen || isOpen
        let isLit = board.lamps(isListening: false, hasFault: false).pattern(for: .talking) != nil
        if isOpen, !isLit { wasLit = false }
    }

    private mutating func perform(_ order: Order) {
        switch order {
        case .sound(.press(let target, true)): talk(to: target)
        case .sound(.press(let target, false)):
            guard hasSpokenTo.remove(target) != nil else { return }
            board.handle(.silent(target: target, name: nil), at: now)
        case .sound(.ring(let sound)):
            bell.tones.ring(sound)
            bell.until = sound == nil ? blocks : .max
        case .sound(.chime(let sound)):
            chime.tones.play(sound)
            chime.until = blocks + 200
        case .sound(.beep(let isOn)):
            beep.tones.beep(isOn)
            beep.until = isOn ? .max : blocks
        case .send(_, let payload): sent(payload)
        case .sound(.hear(let peer, let stream, let hearing, _)): hear(peer, stream, hearing)
        case .switchRelay: relays += 1
        case .notice(.peerUp): break
        case .notice(let notice):
            let event = names.event(of: notice, at: now, wall: 0) {
                preconditionFailure("\(notice) is of the whole station")
            }
            if let event { events.append(event.kind) }
        default: break
        }
    }

    /// The garage learns what became of its call.
    private mutating func sent(_ payload: ControlPayload) {
        var (answered, isRefused): (CallID?, Bool) = (nil, false)
        _ = ControlReader.read(payload.bytes.span) { record in
            if case .answer(let answer) = record { answered = answer.id }
            if case .reject = record { isRefused = true }
        }
        joined = answered ?? joined
        wasRefused = wasRefused || isRefused
    }

    /// A peer speaks on this stream.
    private mutating func hear(_ peer: Int, _ stream: UInt8, _ hearing: Hearing) {
        guard hearing.isHeard else { return }
        board.handle(.receiving(peer: peer, stream: stream, isOn: true), at: now)
        chime.tones.voiceSounds(as: hearing, at: now)
        chime.until = max(chime.until, blocks + 200)
        let gain = plan.gain(of: peer, hearing, furniture.volumes)
        if hasSound, gain != .muted { hasVoice = true }
    }

    private var hasSound: Bool { furniture.hasSpeaker && !furniture.isCardMuted }

    // MARK: What happens

    /// Lets this many seconds pass, and listens.
    mutating func wait(_ seconds: Int) {
        for _ in 0..<100 * seconds {
            blocks += 1
            now = now + .milliseconds(10)
            listen(&bell)
            listen(&chime)
            listen(&beep)
            guard blocks % 100 == 0 else { continue }
            // The peer is there, and so is its sound in a call.
            board.heard(peer: Kitchen.garage, at: now)
            if let joined { speak(in: joined) }
            board.secondPassed(at: now)
            consent()
            board.tick(at: now)
            settle()
        }
    }

    private func listen(_ kind: inout Kind) {
        guard blocks < kind.until else { return }
        var mixer = Mixer()
        var block = Block(repeating: 0)
        var span = block.mutableSpan
        kind.tones.mix(
            into: &mixer, by: &span, plan, furniture.volumes, isOutranked: false, at: now)
        mixer.render(into: &span)
        var peak = 0
        for index in 0..<480 { peak = max(peak, abs(Int(block[index]))) }
        // -50 dBFS, as the quietest beep is.
        let isHeard = hasSound && peak > 100
        if isHeard, !kind.wasHeard { kind.heardAt.append(blocks) }
        kind.wasHeard = isHeard
    }

    /// The garage sends a record.
    mutating func receive(_ record: (UInt32) -> ControlRecord) {
        mids += 1
        board.receive(record(mids), from: Kitchen.garage, at: now)
        settle()
    }

    /// The garage calls, in this way.
    mutating func offer(_ mode: Offer.Mode, _ priority: Priority = .normal) {
        receive {
            .offer(
                Offer(
                    mid: $0, id: CallID(high: 7, low: 7), mode: mode, priority: priority,
                    ttl: 30_000, reference: 0))
        }
    }

    /// The garage speaks on a stream of its own.
    mutating func speak(_ purpose: StreamBinding.Purpose, _ priority: Priority = .normal) {
        receive {
            .stream(
                StreamBinding(
                    mid: $0, stream: 1, purpose: purpose, priority: priority,
                    reference: Self.channel))
        }
    }

    /// The garage says that it is in the call, and speaks there.
    mutating func speak(in call: CallID) {
        joined = call
        receive {
            .stream(
                StreamBinding(
                    mid: $0, stream: TalkTarget.call, purpose: .call, priority: .normal,
                    reference: call.reference))
        }
    }

    /// The gate of the microphone opens for a target: a key, or speech.
    mutating func talk(to target: Int = mine) {
        guard hasSpokenTo.insert(target).inserted else { return }
        board.handle(
            .talking(target: target, name: "garage", first: nil, isDoubted: false), at: now)
        settle()
    }

    /// A person here wants something.
    mutating func obey(_ wish: Wish) {
        let sound = (true, furniture.hasSpeaker)
        _ = try? board.handle(wish, for: nil, with: sound, at: now)
        settle()
    }

    /// The sound of an announcement of this station is there.
    mutating func announce(to target: TalkTarget) {
        board.announce(
            to: target, named: "garage", .normal, for: ProgramTicket(place: 0, number: 1))
        board.speakAnnouncement(at: now)
        settle()
    }

    /// The state of the call that there is.
    var callState: CallState? { board.call?.state }

    // MARK: What the person there knows

    /// All that told the person in the room something, in the words of the table.
    var told: [String] {
        var told: [String] = []
        if !bell.heardAt.isEmpty { told.append("ring") }
        if !chime.heardAt.isEmpty { told.append("chime") }
        if !beep.heardAt.isEmpty { told.append("beep") }
        if hasVoice { told.append("voice") }
        if furniture.hasLamp, wasOpen, wasLit { told.append("lamp") }
        return told
    }

    /// The seconds between one beep and the next.
    var beepsApart: [Double] {
        zip(beep.heardAt, beep.heardAt.dropFirst()).map { Double($1 - $0) / 100 }
    }
}
