internal import Audio
internal import Media
internal import Peering
internal import Station
internal import Time
internal import Wire

/// A message that is played back to its speaker, and then sent: at a button unless the button drops
/// it, at a terminal when the person agrees.
struct HeardBack {
    /// A button that is down for this time drops the message; a shorter press sends it.
    ///
    /// A press that is known to be a hold drops the message at once.
    private static let holdTime = Duration.seconds(1)
    /// After this time without a press the played message is sent.
    private static let patience = Duration.seconds(5)
    /// After this time without an answer the message of a terminal is dropped: others wait.
    private static let answerMax = Duration.seconds(60)

    enum State: Equatable {
        case played
        case goes(at: Instant)
        case dropped(at: Instant)
    }

    let message: SpokenMessage
    private(set) var state = State.played

    init(_ message: SpokenMessage) { self.message = message }

    /// The place of the button; nil at a terminal.
    var place: Int? { if case .button(let place) = message.owner { place } else { nil } }

    /// The program at the terminal.
    var caller: ProgramTicket? {
        if case .caller(let caller) = message.owner { caller } else { nil }
    }

    /// Whether the message is dropped if it ends now.
    var isDropped: Bool {
        switch state {
        case .played: place == nil
        case .goes: false
        case .dropped: true
        }
    }

    /// The time at which the message is sent or dropped; nil while it is played.
    var deadline: Instant? {
        switch state {
        case .played: nil
        case .goes(let time), .dropped(let time): time
        }
    }

    /// Notes the end of the playback, or its failure.
    mutating func ended(at now: Instant) {
        guard state == .played else { return }
        state =
            place == nil ? .dropped(at: now + Self.answerMax) : .goes(at: now + Self.patience)
    }

    /// Notes that the person at the terminal agrees.
    mutating func agreed(at now: Instant) { state = .goes(at: now) }

    /// Notes that the button is down: the message is dropped unless the button is released before.
    mutating func pressed(isHeld: Bool, at now: Instant) {
        state = .dropped(at: isHeld ? now : now + Self.holdTime)
    }

    /// Notes that the button is up.
    mutating func letGo(at now: Instant) {
        if case .dropped(let time) = state, now < time { state = .goes(at: now) }
    }

    /// Notes that the button cannot be read.
    mutating func lost(at now: Instant) {
        if case .dropped = state { state = .dropped(at: now) }
    }
}

/// A message that is being spoken, or read from a program, until it is sealed.
struct SpokenMessage {
    /// The one event that ends the message.
    enum Owner: Equatable, Sendable {
        /// The button at this place is released.
        case button(Int)
        /// The program ends it; a program that vanishes before drops it.
        case caller(ProgramTicket)
    }

    enum Source: Equatable {
        case microphone
        /// A program that sends packets, and the number of bytes to come.
        case program(left: Int)
    }

    /// The microphone opens and closes within this time, or never.
    private static let patience = Duration.seconds(3)
    /// A program sends everything within this time.
    private static let programMax = Duration.seconds(15)
    /// A program's pauses are shorter than this.
    private static let pauseMax = Duration.seconds(2)
    /// The plausible times of a clock that is set: this program exists since 2026.
    private static let clocks = 1_767_225_600_000...KeptMessage.starts.upperBound
    private static let perMs = PCM.sampleRate / 1_000

    /// The time of a start by this clock; 0 where the clock is not set.
    static func start(_ wall: Int) -> Int { clocks.contains(wall) ? wall : 0 }

    /// A shorter message is a touch by mistake, and is dropped.
    private static let millisecondsMin = 500

    let id = Boot.callID()
    /// The characters of the receivers' public keys.
    let peers: [String]
    /// The peer or channel that was named.
    let name: String
    /// Whether a person at a terminal hears the message before it is sent.
    let hearsBack: Bool
    /// The trial that the speech is for, in place of receivers.
    let trial: HearTrial?
    /// Why members of the channel get no message, a sentence each.
    var leftOut: [String]
    let owner: Owner
    /// The user who asks; nil for a button.
    let user: Int?
    private(set) var source: Source
    /// The number of events that the media loop had lost before.
    let eventsLost: UInt64
    /// The beginning, in milliseconds since 1970; 0 where the clock is not set.
    let start: Int
    /// The time at which the message ends in any case.
    private(set) var limit: Instant
    /// The time by which a program must have sent everything.
    private let last: Instant
    /// Whether the end was asked for, while the microphone is still open.
    private(set) var isEnding = false
    /// Why the message is not kept, whatever was spoken.
    private var loss: String?
    private(set) var entries: [UInt8] = []
    private var first: Int?
    private(set) var milliseconds = 0

    init(
        to peers: [String], called name: String, leftOut: [String] = [], by owner: Owner,
        user: Int?, hearsBack: Bool = false, trial: HearTrial? = nil, _ source: Source,
        eventsLost: UInt64, wall: Int, at now: Instant
    ) {
        (self.peers, self.name, self.leftOut) = (peers, name, leftOut)
        (self.owner, self.user, self.hearsBack, self.trial) = (owner, user, hearsBack, trial)
        (self.source, self.eventsLost) = (source, eventsLost)
        start = Self.start(wall)
        limit = now + (source == .microphone ? Self.patience : Self.pauseMax)
        last = now + Self.programMax
    }

    /// The message in its kept form, before it is sealed: its size is the most that the file has.
    func kept(for peer: String) -> KeptMessage {
        KeptMessage(
            id: id, peer: peer, start: start, milliseconds: milliseconds,
            size: entries.count + SealedMessage.overheadMax, state: .waiting)
    }

    /// Whether it is the message with this id, which a program of this user speaks.
    func isBegun(_ id: String, by user: Int?) -> Bool {
        self.id.text == id && self.user == user && source == .microphone
    }

    var isFull: Bool {
        entries.count > SealedMessage.entriesMax - 1_024
            || milliseconds >= SealedMessage.secondsMax * 1_000
    }

    /// Why the message is dropped; nil where it is sent.
    var problem: String? {
        loss
            ?? (milliseconds < Self.millisecondsMin ? "it is shorter than half a second" : nil)
    }

    func deadline(at now: Instant) -> Instant { now + .milliseconds(20) }

    /// Notes that the microphone has opened.
    mutating func opened(at now: Instant) {
        guard !isEnding else { return }
        limit = now + .seconds(SealedMessage.secondsMax) + Self.patience
    }

    /// Begins to close the microphone.
    ///
    /// - Parameters:
    ///   - loss: Why the message is not kept; nil where it is.
    ///   - now: The time.
    mutating func end(because loss: String?, at now: Instant) {
        self.loss = self.loss ?? loss
        if !isEnding { limit = now + Self.patience }
        isEnding = true
    }

    /// Adds a packet of the microphone.
    mutating func take(_ packet: KeptPacket) {
        guard !isFull, source == .microphone else { return }
        let begin = first ?? packet.place
        first = begin
        let bytes = packet.bytes.span.extracting(first: packet.count)
        let samples = max(0, packet.place - begin)
        RecordingEntry.append(
            bytes, source: 0, at: UInt32(clamping: samples / Self.perMs), to: &entries)
        milliseconds = (samples + (OpusDecoder.sampleCount(of: bytes) ?? 0)) / Self.perMs
    }

    /// Adds bytes of a program.
    mutating func take(_ bytes: Span<UInt8>, at now: Instant) {
        guard case .program(let left) = source else { return }
        limit = min(last, now + Self.pauseMax)
        for place in bytes.indices { entries.append(bytes[place]) }
        source = .program(left: left - bytes.count)
    }

    /// Measures the duration of a program's message; false where it is no sound.
    mutating func measure() -> Bool {
        guard let found = Self.milliseconds(of: entries.span) else { return false }
        milliseconds = found
        return true
    }

    /// Measures the duration of entries; nil where they are not one talker's packets in order, or
    /// are too many.
    static func milliseconds(of entries: Span<UInt8>) -> Int? {
        var (place, end) = (0, 0)
        while let entry = RecordingEntry(parsing: entries, at: place) {
            let packet = entries.extracting(entry.content)
            let begin = Int(entry.milliseconds)
            // Times are rounded down.
            guard entry.source == 0, packet.count <= PCM.payloadMax, begin >= end - 1,
                let samples = OpusDecoder.sampleCount(of: packet), samples <= 960
            else { return nil }
            end = begin + (samples + perMs - 1) / perMs
            place = entry.content.upperBound
        }
        let isWhole = place == entries.count && end > 0
        return isWhole && end <= KeptMessage.millisecondsMax ? end : nil
    }
}
