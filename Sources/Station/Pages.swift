internal import Time
internal import Wire

/// The pages heard here, and those this station speaks: allowed by policy, and bounded in time.
///
/// A page begins with the STREAM record that binds its number. It ends when its sender ends the
/// talkspurt, when its time is up (`heardMax`), when the number is bound to something else, when
/// the policy or do-not-disturb forbids it, and when the peer goes. Then the stream means nothing
/// until it is bound again.
struct Pages {
    struct Page {
        let peer: Int
        let binding: StreamBinding
        var until: Instant
        /// Its sender has ended it.
        var isOver = false

        func isOf(_ stream: UInt8, by other: Int) -> Bool {
            peer == other && binding.stream == stream
        }
    }

    /// An announcement may last 2 s longer than a page.
    ///
    /// It begins with 0.7 s of silence, in which its listeners play the tone of a page; the rest
    /// allows for clocks that differ.
    static let announcementMax = PageLimit.time + .seconds(2)
    private static let heardMax = PageLimit.time + .seconds(3)

    /// The last sound is still under way and in the jitter buffer.
    private static let tail = Duration.seconds(1)

    /// At most one for each stream of a peer.
    private(set) var heard: [Page] = []
    /// The last SPURT_END of each stream: it is sent three times, perhaps the last time during the
    /// next page.
    private var ends: [(peer: Int, end: SpurtEnd)] = []
    private static let endsMax = 64
    /// When our own pages end.
    private var spoken: [(stream: UInt8, until: Instant)] = []

    /// Whether this binding repeats that of the page under way.
    func isKnown(_ binding: StreamBinding, of peer: Int) -> Bool {
        heard.contains {
            $0.isOf(binding.stream, by: peer) && !$0.isOver
                && $0.binding.reference == binding.reference
                && $0.binding.priority == binding.priority
        }
    }

    mutating func admit(_ binding: StreamBinding, of peer: Int, at now: Instant) {
        heard.removeAll { $0.isOf(binding.stream, by: peer) }
        heard.append(Page(peer: peer, binding: binding, until: now + Self.heardMax))
    }

    func isHeard(stream: UInt8, of peer: Int) -> Bool {
        heard.contains { $0.isOf(stream, by: peer) }
    }

    /// The sender has ended the page: it is heard to its end.
    mutating func fadeOut(_ end: SpurtEnd, of peer: Int, at now: Instant) {
        guard !ends.contains(where: { $0.peer == peer && $0.end == end }) else { return }
        ends.removeAll { $0.peer == peer && $0.end.stream == end.stream }
        if ends.count == Self.endsMax { ends.removeFirst() }
        ends.append((peer, end))
        guard
            let place = heard.firstIndex(where: { $0.isOf(end.stream, by: peer) && !$0.isOver })
        else { return }
        heard[place].isOver = true
        heard[place].until = min(heard[place].until, now + Self.tail)
    }

    /// The peer's frame numbers start again.
    mutating func forgetEnds(of peer: Int) { ends.removeAll { $0.peer == peer } }

    /// The stream is over, or means something else.
    ///
    /// - Returns: whether a page was under way on it.
    mutating func end(stream: UInt8, of peer: Int) -> Bool {
        let count = heard.count
        heard.removeAll { $0.isOf(stream, by: peer) }
        return heard.count != count
    }

    /// The first page heard here that has reached its time limit.
    func timedOut(at now: Instant) -> Page? { heard.first { now >= $0.until } }

    func streams(of peer: Int) -> [UInt8] {
        heard.filter { $0.peer == peer }.map { $0.binding.stream }
    }

    mutating func speak(stream: UInt8, at now: Instant) {
        spoken.removeAll { $0.stream == stream }
        let most = stream == TalkTarget.announcement ? Self.announcementMax : PageLimit.time
        spoken.append((stream, now + most))
    }

    mutating func quiet(stream: UInt8) { spoken.removeAll { $0.stream == stream } }

    /// Our own page that has reached its time limit, once.
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

/// The page from the microphone: one at a time, for as long as the caller that asked for it is
/// there, and for a minute at most.
package struct Pager: Sendable {
    private struct Page {
        let name: String
        /// The caller that asked for it; nil where a button did.
        var caller: CallerTicket?
        /// The number from which on talkspurts are this page's, not a former one's.
        let firstSpurt: Int
        /// What was heard of it, where its talkspurt ended before the page did: other settings took
        /// the microphone away.
        var heard: [HeardAt] = []
    }

    /// A caller whose page is over, until the listeners have reported what they heard of it.
    private struct Waiter {
        let caller: CallerTicket
        let name: String
        let spurt: Int
    }

    static let target = Int(TalkTarget.page)

    private var page: Page?
    private var waiters: [Waiter] = []

    /// What the page under way goes to; nil where there is none.
    package var name: String? { page?.name }

    /// The callers whose page goes on, and those who wait for what was heard of theirs.
    var callers: [CallerTicket] {
        waiters.map { $0.caller } + (page?.caller.map { [$0] } ?? [])
    }

    /// A page begins where there is none.
    ///
    /// `spurt` is the number of a former page's talkspurt that goes on: the key was let go a moment
    /// ago. Its end is this page's, so whoever waits for that learns now that nothing is known.
    /// `last` is the number of the newest talkspurt of a page that listeners still report on.
    mutating func begin(
        _ name: String, during spurt: Int?, after last: Int?, _ orders: inout Orders
    ) {
        page = Page(name: name, firstSpurt: spurt ?? last.map { $0 + 1 } ?? 0)
        guard let spurt else { return }
        for waiter in waiters where waiter.spurt == spurt {
            orders.add(.answer(waiter.caller, .pageReplaced(to: waiter.name, by: name)))
        }
        waiters.removeAll { $0.spurt == spurt }
    }

    /// Another page takes the place of this one, which is to end now.
    mutating func replace(by name: String, _ orders: inout Orders) {
        guard let former = page, let caller = former.caller else { return }
        // The talkspurt may go on as the next page's, so nothing is known of what was heard.
        page?.caller = nil
        orders.add(.answer(caller, .pageReplaced(to: former.name, by: name)))
    }

    /// The page lasts for as long as this caller is there.
    mutating func keep(for caller: CallerTicket) { page?.caller = caller }

    /// The page is over; `spurt` is the number of the newest talkspurt of a page, if listeners
    /// still report on one: this page's, or a former one's where nothing of this one was said.
    ///
    /// Its caller waits for what was heard of it; where nothing was said, for nothing.
    mutating func end(_ spurt: Int?, _ orders: inout Orders) {
        guard let over = page else { return }
        page = nil
        guard let caller = over.caller else { return }
        if let spurt, spurt >= over.firstSpurt {
            waiters.append(Waiter(caller: caller, name: over.name, spurt: spurt))
        } else {
            orders.add(.answer(caller, .pageOver(to: over.name, over.heard)))
        }
    }

    /// The last reports on a talkspurt are in.
    mutating func reportsAreIn(
        _ spurt: Int, to target: Int, _ heard: [HeardAt], _ orders: inout Orders
    ) {
        // Other settings took the microphone away, and the page goes on in silence.
        if target == Self.target, let first = page?.firstSpurt, spurt >= first {
            page?.heard = heard
        }
        for waiter in waiters where waiter.spurt == spurt {
            orders.add(.answer(waiter.caller, .pageOver(to: waiter.name, heard)))
        }
        waiters.removeAll { $0.spurt == spurt }
    }

    /// Forgets callers that are gone.
    ///
    /// - Returns: Whether the page is to end with them.
    mutating func forget(_ hasGone: (CallerTicket) -> Bool) -> Bool {
        waiters.removeAll { hasGone($0.caller) }
        guard let caller = page?.caller, hasGone(caller) else { return false }
        page?.caller = nil
        return true
    }
}
