internal import Audio
internal import Crypto
internal import HAL
internal import Realtime
internal import Station
internal import Wire

/// Everything two threads share: one-way bounded rings, two wake-ups, and counters.
///
/// The control thread tells the media loop with commands; the media loop tells it back with events
/// and opened control packets, and hands back what it must not free itself. Nobody waits for an
/// answer, so neither thread can hold up the other.
final class Rings: Sendable {
    /// Control to media; the largest burst is at the start, every peer's 32 hearings.
    let commands = SPSCRing<MediaCommand>(capacity: 2048)
    /// Media to control.
    let events = SPSCRing<MediaEvent>(capacity: 256)
    /// Media to control: opened control packets, larger than events and rarer.
    let records = SPSCRing<OpenedRecords>(capacity: 64)
    /// Media to control: what dies on the control thread.
    let returns = SPSCRing<Returned>(capacity: 256)
    let counters = CounterTable<MediaCount>(count: MediaCount.allCases.count)
    let traffic: [CounterTable<PeerCount>]
    /// Raised after commands were pushed.
    let commandsWaiting: EventSignal
    /// Raised after anything was pushed for the control thread.
    let eventsWaiting: EventSignal

    init(peers: Int) throws(SystemError) {
        commandsWaiting = try EventSignal()
        eventsWaiting = try EventSignal()
        traffic = (0..<peers).map { _ in
            CounterTable<PeerCount>(count: PeerCount.allCases.count)
        }
    }
}

/// What the control thread tells the media loop.
enum MediaCommand: ~Copyable {
    /// Into the peer's `next` slot (protocol.md §1.7).
    case install(peer: Int, SessionKeys, SocketAddress)
    /// Seal these records; on that session if `index` is given, else on the current one.
    case send(peer: Int, index: UInt32?, ControlPayload, to: SocketAddress?)
    /// A heartbeat on the current session.
    case cover(peer: Int)
    case endpoint(peer: Int, SocketAddress)
    /// Erase that session.
    case drop(peer: Int, index: UInt32)
    /// Where the sound of this stream goes.
    case hear(peer: Int, stream: UInt8, Hearing)
    case capture(CapturePCM)
    case playback(PlaybackPCM)
    case key(Int, InputLine)
    /// `intercomctl ptt`: the virtual key of a talk target.
    case press(target: Int, isDown: Bool)
    /// Close the microphone for everyone, and leave it closed.
    case quiet
    /// Hand everything back and return.
    case stop
}

/// What the media loop tells the control thread.
enum MediaEvent: Sendable {
    case switched(peer: Int, index: UInt32)
    /// The microphone opened or closed for a talk target.
    case talking(target: Int, isOpen: Bool)
    /// A talk key was held past the limit.
    case talkTimedOut(target: Int)
    /// The physical key at this place went down or up.
    case key(Int, isDown: Bool)
    case keyUnreadable(Int, GPIOError)
    /// A peer's voice began or ended on a stream.
    case receiving(peer: Int, stream: UInt8, isOn: Bool)
    case captureFailed(PCMError)
    case playbackFailed(PCMError)
    /// The card woke the loop without moving sound; the timer has taken over.
    case masterStalled
    /// This card is suspended or stands still; nil when it moves sound again.
    case asleep(ClockMaster.Source?)
    case stopped
}

/// An opened control packet, on its way to session and station.
struct OpenedRecords: Sendable {
    let peer: Int
    let index: UInt32
    let source: SocketAddress
    let count: Int
    let bytes: InlineArray<1209, UInt8>
}

/// What the media loop hands back: closing and freeing is the control thread's work.
enum Returned: ~Copyable {
    case session(SessionKeys)
    case capture(CapturePCM)
    case playback(PlaybackPCM)
    case key(InputLine)
}

extension Rings {
    /// Gives the media loop a command; false when its ring is full.
    ///
    /// Control thread only. The ring holds more than is ever told at once, and the media loop
    /// empties it every turn: full means the loop stands still, which the watchdog sees.
    @discardableResult
    func tell(_ command: consuming MediaCommand) -> Bool {
        if let refused = commands.push(command) {
            _ = consume refused
            counters.add(.commandsLost)
            return false
        }
        commandsWaiting.raise()
        return true
    }
}
