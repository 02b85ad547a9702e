package import Crypto
package import HAL
package import Realtime
package import Station
package import Time
package import Wire

/// Everything two threads share: one-way bounded ring buffers, two wake-ups, and counters.
///
/// The control thread sends commands to the media loop; the media loop sends back events and opened
/// control packets, and hands back all that it must not free itself. Neither thread waits for an
/// answer, so neither can delay the other.
package final class Rings: Sendable {
    /// Control to media; the largest burst comes at the start: 32 hearings for each peer.
    ///
    /// A command that does not fit waits for room (`tell`). A larger ring buffer would cost memory:
    /// each place takes a quarter of a kilobyte, which stays in memory once used.
    package let commands = SPSCRing<MediaCommand>(capacity: 128)
    /// Control to media: handshake messages that another station is to pass on; one that finds no
    /// room counts as lost, and is repeated.
    package let handshakes = SPSCRing<ForwardedPart>(capacity: 8)
    /// Media to control.
    package let events = SPSCRing<MediaEvent>(capacity: 256)
    /// Media to control: opened control packets, larger than events and rarer.
    package let records = RecordRing(capacity: 64)
    /// Media to control: first messages of handshakes that another station has passed on, at most
    /// eight packets of each.
    ///
    /// Others have sent them, so they take no place from the records of that station.
    package let passedOn = RecordRing(capacity: 16)
    /// Media to control: the other handshake messages that another station has passed on, for which
    /// a flood of first messages leaves room.
    package let passedOnAnswers = RecordRing(capacity: 16)
    /// Media to control: values that are freed on the control thread; at most, three sessions of
    /// each peer, the cards and the lines of keys.
    package let returns = SPSCRing<Returned>(capacity: 128)
    /// Media to control: the encoded packets of a message while a person speaks it, those of
    /// recordings, and those that were heard.
    ///
    /// Read 50 times a second while a message is spoken; the others wake the control thread when
    /// they fill a quarter of their places. It holds two thirds of a second of a message's shortest
    /// frames; the others get half of it, so that no peer whose sound is kept ends a message.
    private let packets = SPSCRing<KeptPacket>(capacity: 256)
    /// The places of recordings and of what was heard, with this station as the last talker.
    private let recorded = RingShares(of: PeerSet.capacity + 1, places: 128)
    package let counters = CounterTable<MediaCount>(count: MediaCount.allCases.count)
    /// The counters of each peer, by its number.
    package let traffic: [CounterTable<PeerCount>]
    /// Raised after a command was pushed.
    package let commandsWaiting: EventSignal
    /// Raised after anything was pushed for the control thread.
    package let eventsWaiting: EventSignal
    /// Whether the media loop has pushed anything in this turn.
    private let hasNews = Flag()

    package init() throws(SystemError) {
        // Unknown until the media loop publishes them.
        counters.set(.heapCalls, to: UInt64.max)
        counters.set(.captureDriftError, to: UInt64.max)
        counters.set(.playbackDriftError, to: UInt64.max)
        commandsWaiting = try EventSignal()
        eventsWaiting = try EventSignal()
        traffic = (0..<PeerSet.capacity).map { _ in
            CounterTable<PeerCount>(count: PeerCount.allCases.count)
        }
    }
}

/// A command of the control thread to the media loop.
package enum MediaCommand: ~Copyable {
    /// Install a session in the peer's `next` slot (protocol.md §1.7).
    case install(peer: Int, SessionKeys, SocketAddress)
    /// Seal these records, which were true at `made`: on session `index` if given, else on the
    /// current one.
    case send(peer: Int, index: UInt32?, ControlPayload, to: SocketAddress?, made: Instant)
    /// A packet of this session carried this time, in answer to a question sent at `askedAt`.
    case answered(peer: Int, index: UInt32, askedAt: Instant, time: UInt16)
    /// Send a heartbeat on the current session.
    case cover(peer: Int)
    case endpoint(peer: Int, SocketAddress)
    /// Erase this session.
    case drop(peer: Int, index: UInt32)
    case card(PCMDevice)
    case key(KeyLine)
    /// Carry out an order of the switchboard.
    case sound(SoundOrder)
    /// Speak these words in place of the present ones; nil only stops those.
    case say(Box<Utterance>?)
    /// Stop the words of a message; other words go on.
    case endPieces
    /// Send the sound from this box to the announcement's target; then no more sound follows.
    case announce(Box<Announcement>)
    case announceEnd(isNow: Bool)
    /// Take over new settings.
    case adopt(Box<MediaChange>)
    /// The volumes that people have set.
    case volumes(MediaVolumes)
    /// Hand this card back, so that it can be opened with other settings.
    case giveUp(PCMError.Direction)
    /// Close the microphone for everyone, and leave it closed.
    case quiet
    /// Hand everything back and return.
    case stop
}

/// News from the media loop for the control thread.
package enum MediaEvent: Sendable {
    case switched(peer: Int, index: UInt32)
    /// The newest packet on this session, or a copy of it, came from another address than the
    /// peer's.
    case elsewhere(peer: Int, index: UInt32, SocketAddress)
    /// The microphone opened for a talk target, by its `id`; `first` is the number of the first
    /// frame. If it is doubtful that any listener hears it, no tone was played yet.
    case talking(target: Int, first: UInt16, isDoubted: Bool)
    /// The microphone closed for a talk target.
    case silent(target: Int)
    /// A talkspurt to this target has ended; this many frames were sent.
    case said(target: Int, frames: Int)
    /// The words with this number have ended; if not whole, others replaced them.
    case spoken(Int, isWhole: Bool)
    /// The announcement has ended, or could not begin.
    case announcementEnded
    /// The talk key at this place was held past the limit; without a place, the target's virtual
    /// key.
    case talkTimedOut(target: Int, key: Int?)
    /// The physical key at this place went down or up.
    case key(Int, isDown: Bool)
    case keyUnreadable(Int, GPIOError)
    /// The key at this place had this touch.
    case touched(Int, Gesture.Touch)
    /// The touch of this key has ended: the finger is off, or the key cannot be read.
    case letGo(Int)
    /// A peer's voice began or ended on a stream.
    case receiving(peer: Int, stream: UInt8, isOn: Bool)
    case cardFailed(PCMError)
    /// The card woke the loop without moving sound; the timer has taken over.
    case masterStalled
    /// A stream stands still, or moves again.
    case stream(PCMError.Direction, StillStreams.Change)
    /// The work that is left out from now on: the processor cannot keep up, or can again.
    case shedding(Overload)
    /// The new settings apply: from here on, places of keys are those of the new settings.
    case adopted
    /// This card is not in use any more, as requested.
    case gaveUp(PCMError.Direction)
    case stopped
}

/// An Opus packet of a message or of a recording, or one that was heard, to be kept.
package struct KeptPacket: Sendable {
    /// The place of a packet in a recording, or among those that were heard.
    package struct Recorded: Sendable {
        /// In place of a stream, for a packet that the speaker has played.
        package static let heard = UInt8.max

        /// This station's stream in the talk.
        package let stream: UInt8
        /// The peer that talks; nil for this station.
        package let peer: Int?
        /// The number of the packet on its stream.
        package let sequence: UInt16
        package let isSpurtStart: Bool
        package let at: Instant
    }

    /// Its beginning, in samples of the microphone; 0 for a peer.
    package let place: Int
    /// Nil for a packet of a message.
    package let recorded: Recorded?
    package private(set) var count = 0
    package private(set) var bytes = InlineArray<400, UInt8>(repeating: 0)

    /// The peer whose places in the ring buffer it takes, or the number after all peers for this
    /// station; nil for a packet of a message.
    fileprivate var talker: Int? { recorded.map { $0.peer ?? PeerSet.capacity } }

    /// Copies a frame that is still encoded.
    init(
        at place: Int, _ frame: Int, of frames: borrowing EncodedFrames,
        for recorded: Recorded? = nil
    ) {
        (self.place, self.recorded, count) = (place, recorded, frames.frameSize)
        var room = bytes.mutableSpan
        frames.copy(frame, into: &room, at: 0)
    }

    /// Copies a frame of a peer, of `PCM.payloadMax` bytes at most.
    package init(_ frame: Span<UInt8>, for recorded: Recorded) {
        (place, self.recorded, count) = (0, recorded, frame.count)
        for index in 0..<count { bytes[index] = frame[index] }
    }
}

/// A packet that was opened.
package struct OpenedPacket: Equatable, Sendable {
    package let peer: Int
    /// The session's index.
    package let index: UInt32
    package let flags: PacketFlags
    /// Bytes of its content.
    package let count: Int
    package let source: SocketAddress
    package let cameAt: Instant
    /// The earliest moment at which it can have been made.
    package let madeAt: Instant
    /// The time field of the packet.
    package let time: UInt16

    /// Whether the packet was certainly not delayed on its way.
    func isFresh(at now: Instant) -> Bool { now - madeAt <= SessionClock.freshFor }
}

/// An opened control packet with its content, on its way to session and station.
package struct OpenedRecords: Sendable {
    package let packet: OpenedPacket
    package let bytes: InlineArray<1207, UInt8>
}

/// A value that the media loop hands back: the control thread closes and frees it.
package enum Returned: ~Copyable {
    case session(SessionKeys)
    case card(PCMDevice)
    case key(InputLine)
    case announcement(Box<Announcement>)
    case utterance(Box<Utterance>)
    /// The former settings, to be freed.
    case change(Box<MediaChange>)
}

extension Rings {
    /// Sends an event to the control thread, which is woken at the end of the turn.
    ///
    /// Media loop only, as are all methods down to `wakeControlThread`.
    func notify(_ event: MediaEvent) {
        if events.push(event) != nil { counters.add(.eventsLost) }
        hasNews.raise()
    }

    /// Hands the control thread an opened control packet, or one with a handshake message.
    func pass(_ opened: OpenedRecords) {
        let content = opened.bytes.span.extracting(first: opened.packet.count)
        let ring =
            if opened.packet.flags.kind != .forward {
                records
            } else if ForwardedPacket.part(of: content) == .whole {
                // A first message always comes in two parts.
                passedOnAnswers
            } else {
                passedOn
            }
        if !ring.push(opened) { counters.add(.eventsLost) }
        hasNews.raise()
    }

    /// Passes on a frame of a message or of a recording, or one that was heard.
    ///
    /// - Returns: Whether there was room for it.
    @discardableResult
    func keep(_ packet: KeptPacket) -> Bool {
        guard let talker = packet.talker else {
            let isKept = packets.push(packet) == nil
            if !isKept { counters.add(.eventsLost) }
            return isKept
        }
        let free = recorded.free
        guard recorded.held(by: talker) < free, packets.push(packet) == nil else {
            counters.add(.recordingLost)
            return false
        }
        recorded.pushed(by: talker)
        if free <= 3 * recorded.places / 4 { hasNews.raise() }
        return true
    }

    /// Hands a value back to the control thread, which frees it.
    func handBack(_ returned: consuming Returned) {
        if let refused = returns.push(returned) {
            // The ring buffer has room for every value. If it were full, freeing the value here
            // would delay a frame; losing it would be a leak.
            _ = consume refused
            counters.add(.eventsLost)
        }
        hasNews.raise()
    }

    /// Wakes the control thread if anything was pushed for it.
    func wakeControlThread() {
        if hasNews.lower() { eventsWaiting.raise() }
    }
}

extension Rings {
    /// How often a command waits a millisecond for room.
    private static let waitsMax = 2000

    /// Sends the media loop a command.
    ///
    /// Control thread only. The ring buffer holds more commands than usually come at once, and the
    /// media loop empties it every turn; if that takes long, this waits. A loop that does nothing
    /// for two seconds may be holding a microphone open that it should close: the program then
    /// ends, and is started again.
    package func tell(_ command: consuming MediaCommand) {
        var command: MediaCommand? = consume command
        for _ in 0..<Self.waitsMax {
            command = commands.push(command.take()!)
            commandsWaiting.raise()
            guard command != nil else { return }
            Clock.sleep(.milliseconds(1))
        }
        preconditionFailure("the media loop stands still")
    }

    package func tell(_ order: SoundOrder) { tell(.sound(order)) }

    /// Takes a packet of a message or of a recording, or one that was heard; control thread only.
    package func nextKept() -> KeptPacket? {
        let packet = packets.pop()
        if let talker = packet?.talker { recorded.popped(by: talker) }
        return packet
    }

    /// Has a handshake message passed on; control thread only.
    ///
    /// - Returns: Whether there was room for it.
    package func send(_ message: Span<UInt8>, along way: Endpoint.Way) -> Bool {
        // One of two parts is of no use, and would still be passed on.
        guard handshakes.room >= 2 else { return false }
        for part in [ForwardedPacket.Part.whole, .first, .rest] {
            guard let part = ForwardedPart(part, of: message, along: way) else { continue }
            _ = handshakes.push(part)
        }
        commandsWaiting.raise()
        return true
    }
}

/// Opened control packets on their way to the control thread; no peer can fill the ring buffer.
///
/// A packet gets a place only while more places are free than its peer holds. One peer that floods
/// then holds half of them, two such peers a third each, and a peer that sends little finds room.
package final class RecordRing: Sendable {
    /// Packets taken in one turn at most.
    package static let turn = 16
    /// A peer that holds fewer places did not fill the ring buffer.
    static let few = 8

    /// Packets refused, and those among them that were reported to the control thread.
    private enum Count: Int, CaseIterable { case refused, told }

    private let ring: SPSCRing<OpenedRecords>
    private let shares: RingShares
    private let counts: [CounterTable<Count>] = (0..<PeerSet.capacity).map { _ in
        CounterTable<Count>(count: Count.allCases.count)
    }

    package init(capacity: Int) {
        ring = SPSCRing(capacity: capacity)
        shares = RingShares(of: PeerSet.capacity, places: capacity)
    }

    /// Appends a packet; media loop only.
    ///
    /// - Returns: Whether there was a place for it.
    package func push(_ opened: OpenedRecords) -> Bool {
        let peer = opened.packet.peer
        let own = shares.held(by: peer)
        guard own < shares.free, ring.push(opened) == nil else {
            if own >= Self.few { counts[peer].add(.refused) }
            return false
        }
        shares.pushed(by: peer)
        return true
    }

    /// Whether there is no packet; control thread only.
    package var isEmpty: Bool { ring.room == shares.places }

    /// Takes the oldest packet, nil when there is none; control thread only.
    package func pop() -> OpenedRecords? {
        guard let opened = ring.pop() else { return nil }
        shares.popped(by: opened.packet.peer)
        return opened
    }

    /// Takes the oldest packet if this turn has taken few enough: a flood must not delay other
    /// work.
    package func pop(after taken: Int) -> OpenedRecords? {
        taken < Self.turn ? pop() : nil
    }

    /// The number of packets of this peer refused since the last call because it held many; control
    /// thread only.
    package func newlyRefused(of peer: Int) -> UInt64 {
        let refused = counts[peer][.refused]
        let told = counts[peer][.told]
        counts[peer].set(.told, to: refused)
        return refused - told
    }
}

/// The places of a ring buffer that many fill: each gets one only while more are free than it
/// holds.
private final class RingShares: Sendable {
    /// Each count has one writing thread; a stale value lets a talker hold fewer places, never
    /// more.
    private enum Count: Int, CaseIterable { case pushed, popped }

    let places: Int
    private let counts: [CounterTable<Count>]

    init(of talkers: Int, places: Int) {
        self.places = places
        counts = (0..<talkers).map { _ in CounterTable<Count>(count: Count.allCases.count) }
    }

    func held(by talker: Int) -> Int {
        Int(truncatingIfNeeded: counts[talker][.pushed] &- counts[talker][.popped])
    }

    var free: Int {
        var free = places
        for talker in counts.indices { free -= held(by: talker) }
        return free
    }

    func pushed(by talker: Int) { counts[talker].add(.pushed) }
    func popped(by talker: Int) { counts[talker].add(.popped) }
}
