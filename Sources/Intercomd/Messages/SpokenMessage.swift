internal import Audio
internal import Media
internal import Peering
internal import Station
internal import Time
internal import Wire

/// A message that is played to whoever spoke it by a button, and then goes.
struct HeardBack {
    /// The button is down for so long to drop it, where it is not known before that it is held; a
    /// shorter press sends it.
    private static let holdTime = Duration.seconds(1)
    /// It goes so long after it was played, without a press.
    private static let patience = Duration.seconds(5)

    enum State: Equatable {
        case played
        case goes(at: Instant)
        case dropped(at: Instant)
    }

    let message: SpokenMessage
    /// The place of the button.
    let place: Int
    private(set) var state = State.played

    init(_ message: SpokenMessage, at place: Int) { (self.message, self.place) = (message, place) }

    /// What becomes of it, and when; nil while it is played.
    var deadline: Instant? {
        switch state {
        case .played: nil
        case .goes(let time), .dropped(let time): time
        }
    }

    /// It has been played, or cannot be.
    mutating func ended(at now: Instant) {
        if state == .played { state = .goes(at: now + Self.patience) }
    }

    /// The button is down: it is dropped, unless the button is let go before.
    mutating func pressed(isHeld: Bool, at now: Instant) {
        state = .dropped(at: isHeld ? now : now + Self.holdTime)
    }

    /// The button is up.
    mutating func letGo(at now: Instant) {
        if case .dropped(let time) = state, now < time { state = .goes(at: now) }
    }

    /// The button cannot be read.
    mutating func lost(at now: Instant) {
        if case .dropped = state { state = .dropped(at: now) }
    }
}

/// A message that is being spoken, or read from a program, until it is sealed.
struct SpokenMessage {
    /// The one thing that ends it.
    enum Owner: Equatable, Sendable {
        /// The button at this place is let go.
        case button(Int)
        /// The program says so; it is dropped where the program goes without.
        case caller(CallerTicket)
    }

    enum Source: Equatable {
        case microphone
        /// A program that sends packets; the bytes that are still to come.
        case program(left: Int)
    }

    /// The microphone opens, and closes, within this time, if it does.
    private static let patience = Duration.seconds(3)
    /// A program has sent all within this time.
    private static let programMax = Duration.seconds(15)
    /// And something of it within this time.
    private static let pauseMax = Duration.seconds(2)
    /// What clocks that are set tell: after this program began to be, in 2026.
    private static let clocks = 1_767_225_600_000...KeptMessage.starts.upperBound
    private static let perMs = PCM.sampleRate / 1_000

    /// A shorter one was none: somebody brushed against the button.
    private static let millisecondsMin = 500

    let id = Boot.callID()
    /// The characters of the public key of the peer that it is for.
    let peer: String
    let owner: Owner
    /// The one who asks for it; nil for a button.
    let user: Int?
    private(set) var source: Source
    /// The count of events that the media loop had lost before.
    let eventsLost: UInt64
    /// In milliseconds since 1970; 0 where the clock is not set.
    let start: Int
    /// It is over then, whatever comes.
    private(set) var limit: Instant
    /// A program has sent all then.
    private let last: Instant
    /// Its end was asked for, and its microphone has not closed yet.
    private(set) var isEnding = false
    /// Why it is not kept, whatever was spoken.
    private var loss: String?
    private(set) var entries: [UInt8] = []
    private var first: Int?
    private(set) var milliseconds = 0

    init(
        to peer: String, by owner: Owner, user: Int?, _ source: Source, eventsLost: UInt64,
        wall: Int, at now: Instant
    ) {
        (self.peer, self.owner, self.user) = (peer, owner, user)
        (self.source, self.eventsLost) = (source, eventsLost)
        start = Self.clocks.contains(wall) ? wall : 0
        limit = now + (source == .microphone ? Self.patience : Self.pauseMax)
        last = now + Self.programMax
    }

    /// It as one that is kept.
    var kept: KeptMessage {
        KeptMessage(
            id: id, peer: peer, start: start, milliseconds: milliseconds, size: 0,
            state: .waiting)
    }

    var isFull: Bool {
        entries.count > SealedMessage.entriesMax - 1_024
            || milliseconds >= SealedMessage.secondsMax * 1_000
    }

    /// Why nothing comes of it; nil where it is to go.
    var problem: String? {
        loss
            ?? (milliseconds < Self.millisecondsMin ? "it is shorter than half a second" : nil)
    }

    func deadline(at now: Instant) -> Instant { now + .milliseconds(20) }

    /// The microphone has opened.
    mutating func opened(at now: Instant) {
        guard !isEnding else { return }
        limit = now + .seconds(SealedMessage.secondsMax) + Self.patience
    }

    /// The microphone is to close.
    ///
    /// - Parameters:
    ///   - loss: Why the message is not kept; nil where it is.
    ///   - now: The time.
    mutating func end(because loss: String?, at now: Instant) {
        self.loss = self.loss ?? loss
        if !isEnding { limit = now + Self.patience }
        isEnding = true
    }

    /// Takes a packet of the microphone.
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

    /// Takes bytes of a program.
    mutating func take(_ bytes: Span<UInt8>, at now: Instant) {
        guard case .program(let left) = source else { return }
        limit = min(last, now + Self.pauseMax)
        for place in bytes.indices { entries.append(bytes[place]) }
        source = .program(left: left - bytes.count)
    }

    /// Works out how long what a program has sent lasts; false where it is no sound.
    mutating func measure() -> Bool {
        guard let found = Self.milliseconds(of: entries.span) else { return false }
        milliseconds = found
        return true
    }

    /// How long entries last; nil where they are not the packets of one talker in their order, or
    /// too many.
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
