internal import Time
internal import Wire

/// The pages heard here, and those this station speaks: admitted by policy, and bounded in time.
///
/// A page begins with the STREAM that binds its number and lasts until its sender says the spurt
/// is over, or a minute; then the stream is nobody's until it is bound anew.
struct Pages {
    struct Page {
        let peer: Int
        let stream: UInt8
        let reference: UInt64
        let priority: Priority
        var until: Instant
        /// Its sender has said so.
        var isOver = false
    }

    static let timeMax = Duration.seconds(60)

    /// What is read from a file has silence before it, in which its listeners hear that it comes;
    /// and clocks differ.
    static let announcementMax = Duration.seconds(62)
    private static let heardMax = Duration.seconds(63)

    /// Its last sound is still on its way, and in the jitter buffer.
    private static let tail = Duration.seconds(1)

    /// At most one for each stream of a peer.
    private(set) var heard: [Page] = []
    /// The last end of each stream: it is said three times, the last perhaps in the next page.
    private var ends: [(peer: Int, end: SpurtEnd)] = []
    private static let endsMax = 64
    /// When our own are over.
    private var spoken: [(stream: UInt8, until: Instant)] = []

    /// Whether that is the page already under way, said again.
    func isKnown(_ binding: StreamBinding, of peer: Int) -> Bool {
        heard.contains {
            $0.peer == peer && $0.stream == binding.stream && !$0.isOver
                && $0.reference == binding.reference && $0.priority == binding.priority
        }
    }

    mutating func admit(_ binding: StreamBinding, of peer: Int, at now: Instant) {
        heard.removeAll { $0.peer == peer && $0.stream == binding.stream }
        heard.append(
            Page(
                peer: peer, stream: binding.stream, reference: binding.reference,
                priority: binding.priority, until: now + Self.heardMax))
    }

    func isHeard(stream: UInt8, of peer: Int) -> Bool {
        heard.contains { $0.peer == peer && $0.stream == stream }
    }

    /// The sender has said all: it is heard to its end, and no more.
    mutating func fadeOut(_ end: SpurtEnd, of peer: Int, at now: Instant) {
        guard !ends.contains(where: { $0.peer == peer && $0.end == end }) else { return }
        ends.removeAll { $0.peer == peer && $0.end.stream == end.stream }
        if ends.count == Self.endsMax { ends.removeFirst() }
        ends.append((peer, end))
        guard
            let place = heard.firstIndex(where: {
                $0.peer == peer && $0.stream == end.stream && !$0.isOver
            })
        else { return }
        heard[place].isOver = true
        heard[place].until = min(heard[place].until, now + Self.tail)
    }

    /// The peer numbers its sound anew.
    mutating func forgetEnds(of peer: Int) { ends.removeAll { $0.peer == peer } }

    /// The stream is over, or means something else.
    ///
    /// - Returns: whether a page was under way on it.
    mutating func end(stream: UInt8, of peer: Int) -> Bool {
        let count = heard.count
        heard.removeAll { $0.peer == peer && $0.stream == stream }
        return heard.count != count
    }

    /// The first page heard whose time is up.
    func timedOut(at now: Instant) -> Page? { heard.first { now >= $0.until } }

    func streams(of peer: Int) -> [UInt8] {
        heard.filter { $0.peer == peer }.map { $0.stream }
    }

    mutating func speak(stream: UInt8, at now: Instant) {
        spoken.removeAll { $0.stream == stream }
        let most = stream == TalkTarget.announcement ? Self.announcementMax : Self.timeMax
        spoken.append((stream, now + most))
    }

    mutating func quiet(stream: UInt8) { spoken.removeAll { $0.stream == stream } }

    /// Our own page whose time is up, once.
    mutating func spokenOut(at now: Instant) -> UInt8? {
        guard let place = spoken.firstIndex(where: { now >= $0.until }) else { return nil }
        return spoken.remove(at: place).stream
    }

    var deadline: Instant? {
        let first = heard.map { $0.until }.min() ?? .never
        let last = spoken.map { $0.until }.min() ?? .never
        return min(first, last) == .never ? nil : min(first, last)
    }
}
