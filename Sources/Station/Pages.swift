internal import Time
internal import Wire

/// The pages heard here, and those spoken by this station: allowed by policy, and bounded in time.
///
/// A page begins with the STREAM record that binds its number. It ends when its sender ends the
/// talkspurt, when its time is up (`heardMax`), when the number is bound to another meaning, when
/// the policy or do-not-disturb forbids it, or when the peer goes. Then the stream means nothing
/// until it is bound again.
struct Pages {
    struct Page {
        let peer: Int
        let binding: StreamBinding
        var until: Instant
        /// Whether the sender has ended the page.
        var isOver = false

        func isOf(_ stream: UInt8, by other: Int) -> Bool {
            peer == other && binding.stream == stream
        }
    }

    /// An announcement may last 2 s longer than a page.
    ///
    /// It begins with 0.7 s of silence, in which its listeners play the tone of a page; the other
    /// 1.3 s allow for clocks that differ.
    static let announcementMax = PageLimit.time + .seconds(2)
    private static let heardMax = PageLimit.time + .seconds(3)

    /// The time that the last sound needs on the network and in the jitter buffer.
    private static let tail = Duration.seconds(1)

    /// At most one for each stream of a peer.
    private(set) var heard: [Page] = []
    /// The last SPURT_END of each stream: it is sent three times, so a copy may come during the
    /// next page.
    private var ends: [(peer: Int, end: SpurtEnd)] = []
    private static let endsMax = 64
    /// When our own pages end.
    private var spoken: [(stream: UInt8, until: Instant)] = []

    /// Returns whether this binding repeats the binding of the page under way.
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

    /// Notes that the sender has ended the page, which is heard to its end.
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

    /// Forgets the ends of a peer's streams: its frame numbers start again.
    mutating func forgetEnds(of peer: Int) { ends.removeAll { $0.peer == peer } }

    /// Ends the page on a stream that is over, or that has another meaning.
    ///
    /// - Returns: whether a page was under way on the stream.
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

    /// Returns the stream of our own page that has reached its time limit, once.
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

/// The page from the microphone: one at a time, for a minute at most, and only while its program is
/// connected.
package struct Pager: Sendable {
    private struct Page {
        let name: String
        /// The program that asked for the page; nil where a button did.
        var ticket: ProgramTicket?
        /// The number of this page's first talkspurt; lower numbers are a former page's.
        let firstSpurt: Int
        /// The reports on a talkspurt that ended before the page: new settings took the microphone
        /// away.
        var heard: [HeardAt] = []
    }

    /// A program whose page is over, until the listeners have reported on the page.
    private struct Waiter {
        let ticket: ProgramTicket
        let name: String
        let spurt: Int
    }

    static let target = Int(TalkTarget.page)

    private var page: Page?
    private var waiters: [Waiter] = []

    /// The name of the target of the page under way; nil where there is none.
    package var name: String? { page?.name }

    /// The tickets of the page under way, and of ended pages whose reports are awaited.
    var tickets: [ProgramTicket] {
        waiters.map { $0.ticket } + (page?.ticket.map { [$0] } ?? [])
    }

    /// Begins a page where there is none.
    ///
    /// `spurt` is the number of a former page's talkspurt that goes on, because the key went up a
    /// moment ago. Its reports will cover both pages, so a program that waits for them learns now
    /// that nothing is known. `last` is the number of the newest talkspurt of a page that listeners
    /// still report on.
    mutating func begin(
        _ name: String, during spurt: Int?, after last: Int?, _ orders: inout Orders
    ) {
        page = Page(name: name, firstSpurt: spurt ?? last.map { $0 + 1 } ?? 0)
        guard let spurt else { return }
        for waiter in waiters where waiter.spurt == spurt {
            orders.add(.answer(waiter.ticket, .pageReplaced(to: waiter.name, by: name)))
        }
        waiters.removeAll { $0.spurt == spurt }
    }

    /// Answers the program of this page, which another page replaces; `end` follows.
    mutating func replace(by name: String, _ orders: inout Orders) {
        guard let former = page, let ticket = former.ticket else { return }
        // The talkspurt may go on as the next page's, so its reports would cover both pages.
        page?.ticket = nil
        orders.add(.answer(ticket, .pageReplaced(to: former.name, by: name)))
    }

    /// Ties the page to this program: it lasts while the program is connected.
    mutating func keep(for ticket: ProgramTicket) { page?.ticket = ticket }

    /// Ends the page; `spurt` is the number of the newest talkspurt of any page on which listeners
    /// still report, which may be a former page's.
    ///
    /// The program waits for the reports on this page's talkspurt; without one it is answered at
    /// once.
    mutating func end(_ spurt: Int?, _ orders: inout Orders) {
        guard let over = page else { return }
        page = nil
        guard let ticket = over.ticket else { return }
        if let spurt, spurt >= over.firstSpurt {
            waiters.append(Waiter(ticket: ticket, name: over.name, spurt: spurt))
        } else {
            orders.add(.answer(ticket, .pageOver(to: over.name, over.heard)))
        }
    }

    /// Takes the last reports on a talkspurt.
    mutating func reportsAreIn(
        _ spurt: Int, to target: Int, _ heard: [HeardAt], _ orders: inout Orders
    ) {
        // New settings took the microphone away, and the page goes on in silence.
        if target == Self.target, let first = page?.firstSpurt, spurt >= first {
            page?.heard = heard
        }
        for waiter in waiters where waiter.spurt == spurt {
            orders.add(.answer(waiter.ticket, .pageOver(to: waiter.name, heard)))
        }
        waiters.removeAll { $0.spurt == spurt }
    }

    /// Forgets programs that are gone.
    ///
    /// - Returns: Whether the page must end with them.
    mutating func forget(_ hasGone: (ProgramTicket) -> Bool) -> Bool {
        waiters.removeAll { hasGone($0.ticket) }
        guard let ticket = page?.ticket, hasGone(ticket) else { return false }
        page?.ticket = nil
        return true
    }
}
