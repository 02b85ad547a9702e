package import Audio
package import Crypto
package import HAL
package import Realtime
package import Station
package import Time
package import Wire

/// Everything two threads share: one-way bounded rings, two wake-ups, and counters.
///
/// The control thread sends commands to the media loop; the media loop sends back events
/// and opened control packets, and hands back what it must not free itself. Nobody waits for an
/// answer, so neither thread can hold up the other.
package final class Rings: Sendable {
    /// Control to media; the largest burst is at the start, every peer's 32 hearings.
    ///
    /// A command that does not fit waits for room (`tell`). A larger ring would cost memory: each
    /// place takes a quarter of a kilobyte, and stays in memory once it was used.
    package let commands = SPSCRing<MediaCommand>(capacity: 128)
    /// Media to control.
    package let events = SPSCRing<MediaEvent>(capacity: 256)
    /// Media to control: opened control packets, larger than events and rarer.
    package let records = RecordRing()
    /// Media to control: values that end on the control thread; at most, three sessions of each
    /// peer, with cards and keys.
    package let returns = SPSCRing<Returned>(capacity: 128)
    /// Media to control: what is encoded of a message, while one is spoken.
    ///
    /// Fetched 50 times a second, so it wakes no thread. Two thirds of a second of the shortest
    /// frames.
    package let packets = SPSCRing<KeptPacket>(capacity: 256)
    package let counters = CounterTable<MediaCount>(count: MediaCount.allCases.count)
    /// By the peer's number.
    package let traffic: [CounterTable<PeerCount>]
    /// Raised after commands were pushed.
    package let commandsWaiting: EventSignal
    /// Raised after anything was pushed for the control thread.
    package let eventsWaiting: EventSignal
    /// The media loop has pushed something in this turn.
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

/// An order of the control thread to the media loop.
package enum MediaCommand: ~Copyable {
    /// Into the peer's `next` slot (protocol.md §1.7).
    case install(peer: Int, SessionKeys, SocketAddress)
    /// Seal these records, true at `made`; on that session if `index` is given, else on the current
    /// one.
    case send(peer: Int, index: UInt32?, ControlPayload, to: SocketAddress?, made: Instant)
    /// A packet of that session, with this time, answered what was asked then.
    case answered(peer: Int, index: UInt32, askedAt: Instant, time: UInt16)
    /// A heartbeat on the current session.
    case cover(peer: Int)
    case endpoint(peer: Int, SocketAddress)
    /// Erase that session.
    case drop(peer: Int, index: UInt32)
    /// The hearing of this stream: where its sound goes.
    case hear(peer: Int, stream: UInt8, Hearing, Priority)
    /// How our sound to this peer is protected against loss.
    case protect(peer: Int, Redundancy.Choice)
    /// Whether it is doubtful that this peer hears us, before it says so.
    case doubt(peer: Int, Bool)
    case card(PCMDevice)
    case key(KeyLine)
    /// The virtual key of a talk target, by its `id`: `intercomctl ptt`, a page or a call.
    case press(target: Int, isDown: Bool)
    /// The listeners of an aimed target from now on; the target is named by its `id`.
    case aim(target: Int, listeners: PeerSet)
    /// Play a chime once; ring, or play what a caller hears, until nil says stop; beep while
    /// a drop-in or a peer that listens in has this microphone open.
    case chime(Chime)
    case ring(Chime?)
    case beep(Bool)
    /// Say these words, in the place of those that are being said; nil says none.
    case say(Box<Utterance>?)
    /// Say no more of a message; other words go on.
    case endPieces
    /// Send what comes through this box to the announcement's target; nothing more comes of it.
    case announce(Box<Announcement>)
    case announceEnd(isNow: Bool)
    /// Other settings.
    case adopt(Box<MediaChange>)
    /// The volumes that people have set.
    case volumes(MediaVolumes)
    /// Hand this card back: it is to be opened otherwise.
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
    /// The microphone opened for a talk target, by its `id`: the number of the first frame, and
    /// whether it is doubtful that any listener hears it, so that no tone was played yet.
    case talking(target: Int, first: UInt16, isDoubted: Bool)
    /// The microphone closed for a talk target.
    case silent(target: Int)
    /// A talkspurt to this target is over; of it so many frames were sent.
    case said(target: Int, frames: Int)
    /// These words are over, by their number; or, not whole, others have taken their place.
    case spoken(Int, isWhole: Bool)
    /// The announcement is over, or could not be.
    case announcementEnded
    /// The talk key at this place, or that of the commands, was held past the limit.
    case talkTimedOut(target: Int, key: Int?)
    /// The physical key at this place went down or up.
    case key(Int, isDown: Bool)
    case keyUnreadable(Int, GPIOError)
    /// A finger on the key at this place meant this.
    case touched(Int, Gesture.Touch)
    /// What that finger meant lasts no longer: it has let the key go, or the key cannot be read.
    case letGo(Int)
    /// A peer's voice began or ended on a stream.
    case receiving(peer: Int, stream: UInt8, isOn: Bool)
    case cardFailed(PCMError)
    /// The card woke the loop without moving sound; the timer has taken over.
    case masterStalled
    /// A stream stands still, or does so no more.
    case stream(PCMError.Direction, StillStreams.Change)
    /// The processor cannot keep up, or can again: what is left out from now on.
    case shedding(Overload)
    /// The new settings hold: places of keys mean theirs from here on.
    case adopted
    /// There is no such card in use any more, as was asked.
    case gaveUp(PCMError.Direction)
    case stopped
}

/// An Opus packet that is to be kept.
package struct KeptPacket: Sendable {
    /// Where it begins, in samples of the microphone.
    package let place: Int
    package private(set) var count = 0
    package private(set) var bytes = InlineArray<400, UInt8>(repeating: 0)

    /// Copies a frame that is still encoded.
    init(at place: Int, _ frame: Int, of frames: borrowing EncodedFrames) {
        (self.place, count) = (place, frames.frameSize)
        var room = bytes.mutableSpan
        frames.copy(frame, into: &room, at: 0)
    }
}

/// A packet that was opened.
package struct OpenedPacket: Equatable, Sendable {
    package let peer: Int
    /// The session's.
    package let index: UInt32
    package let flags: FrameFlags
    /// Bytes of its content.
    package let count: Int
    package let source: SocketAddress
    package let cameAt: Instant
    /// It was made then at the earliest.
    package let madeAt: Instant
    /// The time it carries.
    package let time: UInt16

    /// Whether it cannot have been held back on its way.
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
    /// The settings before, to be freed.
    case change(Box<MediaChange>)
}

extension Rings {
    /// Tells the control thread something; it is woken at the end of the turn.
    ///
    /// Media loop only, as everything down to `wakeControlThread`.
    func notify(_ event: MediaEvent) {
        if events.push(event) != nil { counters.add(.eventsLost) }
        hasNews.raise()
    }

    /// Hands the control thread an opened control packet.
    func pass(_ opened: OpenedRecords) {
        if !records.push(opened) { counters.add(.eventsLost) }
        hasNews.raise()
    }

    /// Keeps a frame of a message.
    func keep(_ packet: KeptPacket) {
        if packets.push(packet) != nil { counters.add(.eventsLost) }
    }

    /// Hands something back to the control thread, where it dies.
    func handBack(_ returned: consuming Returned) {
        if let refused = returns.push(returned) {
            // The ring has room for all there is to hand back. If it were full, freeing the value
            // here would cost a late frame; losing it would be a leak.
            _ = consume refused
            counters.add(.eventsLost)
        }
        hasNews.raise()
    }

    /// Wakes the control thread if there is something for it.
    func wakeControlThread() {
        if hasNews.lower() { eventsWaiting.raise() }
    }
}

extension Rings {
    /// Waits of a millisecond in which the media loop may leave no room.
    private static let waitsMax = 2000

    /// Gives the media loop a command.
    ///
    /// Control thread only. The ring holds more than is usually told at once, and the media loop
    /// empties it every turn; where that takes long, this waits. A loop that does nothing for two
    /// seconds may be holding a microphone open that it was told to close: the program ends then,
    /// and is started anew.
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
}

/// Opened control packets on their way to the control thread: no peer can fill it.
///
/// A packet gets a place only while more places are free than its peer holds. One peer that floods
/// holds half of them then, two hold a third each, and one that sends little finds room.
package final class RecordRing: Sendable {
    package static let capacity = 64
    /// Packets taken in one turn at most.
    package static let turn = 16
    /// A peer that holds fewer did not fill the ring.
    static let few = 8

    /// Each is counted by one thread: seen late, it lets a peer hold less, and never more.
    private enum Count: Int, CaseIterable {
        case pushed, popped
        /// Refused, and those of them that the control thread was told of.
        case refused, told
    }

    private let ring = SPSCRing<OpenedRecords>(capacity: capacity)
    private let counts: [CounterTable<Count>] = (0..<PeerSet.capacity).map { _ in
        CounterTable<Count>(count: Count.allCases.count)
    }

    package init() {}

    /// Appends a packet; media loop only.
    ///
    /// - Returns: Whether there was a place for it.
    package func push(_ opened: OpenedRecords) -> Bool {
        var free = Self.capacity
        for peer in counts.indices { free -= held(by: peer) }
        let own = held(by: opened.packet.peer)
        guard own < free, ring.push(opened) == nil else {
            if own >= Self.few { counts[opened.packet.peer].add(.refused) }
            return false
        }
        counts[opened.packet.peer].add(.pushed)
        return true
    }

    /// Takes the oldest packet, nil when there is none; control thread only.
    package func pop() -> OpenedRecords? {
        guard let opened = ring.pop() else { return nil }
        counts[opened.packet.peer].add(.popped)
        return opened
    }

    /// The same in a turn that has taken so many: nothing else waits for those that flood.
    package func pop(after taken: Int) -> OpenedRecords? {
        taken < Self.turn ? pop() : nil
    }

    /// How many packets of this peer were refused since it was asked last, because it held many;
    /// control thread only.
    package func newlyRefused(of peer: Int) -> UInt64 {
        let refused = counts[peer][.refused]
        let told = counts[peer][.told]
        counts[peer].set(.told, to: refused)
        return refused - told
    }

    private func held(by peer: Int) -> Int {
        Int(truncatingIfNeeded: counts[peer][.pushed] &- counts[peer][.popped])
    }
}

/// What a descriptor in the media loop's epoll set stands for.
struct Token: RawRepresentable {
    let rawValue: UInt32

    static let commands = Token(rawValue: 0)
    static let socket = Token(rawValue: 1)
    static let timer = Token(rawValue: 2)
    static let strays = Token(rawValue: 3)
    /// The clock master's descriptors, by their place.
    static let card = 8 as UInt32
    static let cardDescriptorsMax = 8
    /// The talk keys' lines, by their place.
    static let key = 16 as UInt32
}

/// What woke one turn of the media loop.
struct Woken {
    var commands = false
    var socket = false
    var strays = false
    var timer = false
    var card = false
    /// The epoll events of each of the clock master's descriptors.
    var cardEvents = InlineArray<8, UInt32>(repeating: 0)
    /// One bit for each talk key.
    var keys: UInt32 = 0

    /// Whether datagrams came, and nothing else happened.
    var isSocketOnly: Bool {
        (socket || strays) && !(commands || timer || card) && keys == 0
    }

    /// Whether a period has passed; only the clock master decides that.
    ///
    /// A card may finish a period before it wakes the loop. If the loop took the period in a turn
    /// with another cause, it would mix the next block too early, and miss packets that still
    /// arrive in time.
    func isPeriod(of master: ClockMaster.Source) -> Bool {
        card || timer && master == .timer
    }

    mutating func note(_ event: EventLoop.Event) {
        switch event.token {
        case Token.commands.rawValue: commands = true
        case Token.socket.rawValue: socket = true
        case Token.timer.rawValue: timer = true
        case Token.strays.rawValue: strays = true
        case Token.card..<Token.card + UInt32(Token.cardDescriptorsMax):
            card = true
            cardEvents[Int(event.token - Token.card)] = event.events
        case Token.key...:
            keys |= 1 << (event.token - Token.key)
        default: break
        }
    }
}
