internal import HAL
internal import Realtime
internal import Report
internal import Station
internal import Time

/// The local socket: requests in by the line, replies out, events or levels to watchers.
///
/// No caller can delay the loop: lines are bounded, one request a turn is answered, and the next
/// one only when its reply has been taken. An idle caller is closed.
struct ControlServer: ~Copyable {
    static let callersMax = 16
    /// The most watchers: they stay for hours, and others must find a place.
    static let watchersMax = 8
    static let idleMax = Duration.seconds(5)
    /// The most bytes of events that wait for a watcher; further events are counted and reported.
    static let watchMax = 64 * 1024
    /// Only the newest levels are of use: half a second of them.
    static let looksMax = 16 * 1024

    /// Counted since the start: callers without a place, lines that were no request or one too
    /// many, events and levels that a slow watcher missed.
    private(set) var callersRefused = 0
    private(set) var requestsRefused = 0
    private(set) var eventsUntold = 0
    private(set) var levelsUntold = 0

    private let socket: LocalSocket
    private var callers = FixedArray<Caller?>(count: callersMax) { _ in nil }
    private var lastTicket: UInt64 = 0
    /// The group whose members may use all of this socket; nil if there is no such group.
    private let administrators: UInt32?
    /// Whether requests wait, because the settings they concern are about to change.
    var isPaused = false

    init(path: String, group: UInt32?, administrators: UInt32?) throws(SystemError) {
        self.administrators = administrators
        socket = try LocalSocket(path: path, group: group)
    }

    var fd: Int32 { socket.fd }

    /// Accepts new callers; `watch` gets the descriptor and place of each.
    mutating func accept(at now: Instant, _ watch: (Int32, Int) -> Void) {
        while let peer = socket.accept() {
            let caller = Caller(peer: peer, administrators: administrators, lastActive: now)
            let holders = holders { _ in true }
            guard let place = callers.indices.first(where: { isFree($0) }),
                CallerShares(places: Self.callersMax).hasRoom(for: caller.holder, among: holders)
            else {
                callersRefused += 1
                caller.refuse(
                    .busy,
                    "intercomd serves \(holders.count) programs; try again in a few seconds")
                continue
            }
            watch(caller.peer.fd, place)
            callers[place] = consume caller
        }
    }

    private func holder(_ place: Int) -> CallerShares.Holder { callers[place]!.holder }

    /// Returns the holders of the places that satisfy `isCounted`.
    private func holders(where isCounted: (Int) -> Bool) -> [CallerShares.Holder] {
        var holders: [CallerShares.Holder] = []
        for place in callers.indices where !isFree(place) && isCounted(place) {
            holders.append(holder(place))
        }
        return holders
    }

    /// Reads from a caller, once its earlier requests are answered.
    mutating func read(_ place: Int) {
        guard !isFree(place) else { return }
        let isServed = callers[place]!.ticket != nil
        if isServed, hasHungUp(place) {
            callers[place] = nil
            return
        }
        var bytes = InlineArray<4096, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        switch callers[place]!.read(into: &span) {
        case .bytes(let count): callers[place]!.lines.append(span.span.extracting(first: count))
        case .wouldBlock: return
        case .closed: callers[place] = nil
        }
    }

    /// The user who runs the program.
    func user(_ place: Int) -> UInt32? { isFree(place) ? nil : callers[place]!.holder.user }

    /// Returns a caller's next request, when there is a whole one and its last reply has been
    /// taken.
    ///
    /// Refuses a line that is no request, and a watcher too many.
    mutating func next(_ place: Int, at now: Instant) -> Request? {
        guard !isFree(place), callers[place]!.waiting.isEmpty, callers[place]!.ticket == nil else {
            return nil
        }
        let line: LineBuffer.Line
        if let whole = callers[place]!.lines.next() {
            line = whole
        } else if callers[place]!.lines.isSkipping {
            // The end of the line may never come.
            line = .tooLong
        } else {
            return nil
        }
        callers[place]!.lastActive = now
        do throws(ControlError) {
            guard case .line(let text) = line else {
                callers[place]!.closesWhenSent = true
                let limit = ControlLimits.request
                throw ControlError(.tooLong, "the request is longer than \(limit) bytes")
            }
            if text.isEmpty { return nil }
            let request = try Request(parsing: text.span)
            if let refusal = request.refusal, !holder(place).mayAdminister { throw refusal }
            if let subscription = Caller.Subscription(request) {
                try beginWatch(place, subscription)
            }
            return request
        } catch {
            requestsRefused += 1
            reply(.refused(error), to: place)
            return nil
        }
    }

    private mutating func beginWatch(
        _ place: Int, _ subscription: Caller.Subscription
    ) throws(ControlError) {
        let watching = holders { $0 != place && callers[$0]!.subscription != nil }
        let shares = CallerShares(places: Self.watchersMax)
        guard shares.hasRoom(for: holder(place), among: watching) else {
            throw ControlError(
                .busy, "\(watching.count) programs already use monitor or levels: end one of them")
        }
        callers[place]!.subscription = subscription
    }

    /// Keeps a caller's connection until the answer, however long the request takes.
    mutating func keep(_ place: Int) -> ProgramTicket {
        lastTicket += 1
        if !isFree(place) { callers[place]!.ticket = lastTicket }
        return ProgramTicket(place: place, number: lastTicket)
    }

    /// Reads the sound of a kept caller, as it arrives; nil when there is none.
    mutating func readSound(
        of ticket: ProgramTicket, into bytes: inout MutableSpan<UInt8>
    ) -> Int? {
        guard isValid(ticket) else { return nil }
        switch callers[ticket.place]!.readSound(into: &bytes) {
        case .bytes(let count): return count
        case .wouldBlock: return nil
        case .closed:
            callers[ticket.place] = nil
            return nil
        }
    }

    /// Answers a kept caller; after the caller has gone nobody gets the answer.
    mutating func replyLate(_ reply: Reply, to ticket: ProgramTicket, at now: Instant) {
        guard isValid(ticket) else { return }
        callers[ticket.place]!.ticket = nil
        callers[ticket.place]!.lastActive = now
        self.reply(reply, to: ticket.place)
    }

    /// Reports to a kept caller before its answer.
    mutating func tell(_ reply: Reply, to ticket: ProgramTicket) {
        if isValid(ticket) { self.reply(reply, to: ticket.place) }
    }

    /// Whether a kept caller is gone, or was answered.
    func hasHungUp(_ ticket: ProgramTicket) -> Bool {
        !isValid(ticket) || callers[ticket.place]!.peer.hasHungUp
    }

    private func isValid(_ ticket: ProgramTicket) -> Bool {
        !isFree(ticket.place) && callers[ticket.place]!.holds(ticket)
    }

    /// Whether a caller is gone, so that nobody waits for its answer.
    func hasHungUp(_ place: Int) -> Bool { isFree(place) || callers[place]!.peer.hasHungUp }

    /// Sends a reply, or the part that the other end takes now; `tick` sends the rest.
    mutating func reply(_ reply: Reply, to place: Int) {
        guard !isFree(place) else { return }
        callers[place]!.waiting += reply.encoded
        flush(place)
    }

    /// Whether anyone watches events or levels.
    func isWatched(_ subscription: Caller.Subscription) -> Bool {
        callers.indices.contains { isWatching($0, subscription) }
    }

    /// Sends an event to all watchers of events.
    mutating func tell(_ event: Event) {
        eventsUntold += publish(event.encoded, to: .events, waitingMax: Self.watchMax) { lost in
            Event(.dropped, at: event.timeMilliseconds, detail: "\(lost)").encoded + event.encoded
        }
    }

    /// Sends levels to all watchers of levels.
    mutating func tell(_ levels: Levels) {
        levelsUntold += publish(levels.encoded, to: .levels, waitingMax: Self.looksMax) { lost in
            var levels = levels
            levels.lost = lost
            return levels.encoded
        }
    }

    /// Sends a line to its watchers; a slow watcher misses it, and learns that later.
    ///
    /// - Parameters:
    ///   - line: The line, newline included.
    ///   - subscription: The kind of watcher that gets it.
    ///   - waitingMax: The bytes that may wait for one watcher.
    ///   - afterLoss: Makes the line for a watcher that has missed this many lines.
    /// - Returns: The number of watchers that missed the line.
    private mutating func publish(
        _ line: [UInt8], to subscription: Caller.Subscription, waitingMax: Int,
        afterLoss: (Int) -> [UInt8]
    ) -> Int {
        var missed = 0
        for place in callers.indices where isWatching(place, subscription) {
            flush(place)
            guard !isFree(place) else { continue }
            if callers[place]!.waiting.count + line.count > waitingMax {
                callers[place]!.lost += 1
                missed += 1
                continue
            }
            let lost = callers[place]!.lost
            callers[place]!.waiting += lost > 0 ? afterLoss(lost) : line
            callers[place]!.lost = 0
            flush(place)
        }
        return missed
    }

    private func isWatching(_ place: Int, _ subscription: Caller.Subscription) -> Bool {
        !isFree(place) && callers[place]!.subscription == subscription
    }

    /// Writes the bytes that wait; closes a caller that is finished or gone.
    mutating func flush(_ place: Int) {
        guard !isFree(place) else { return }
        while !callers[place]!.waiting.isEmpty {
            switch callers[place]!.write() {
            case .bytes: break
            case .closed:
                callers[place] = nil
                return
            case .wouldBlock: return
            }
        }
        if callers[place]!.closesWhenSent { callers[place] = nil }
    }

    /// Sends the bytes that wait, and closes idle callers.
    ///
    /// `watch` gets descriptor, place and events of each caller whose awaited events change: a
    /// caller with a reply to take, or a request to be served, is awaited for room and not for
    /// bytes.
    mutating func tick(at now: Instant, _ watch: (Int32, Int, UInt32) -> Void) {
        for place in callers.indices where !isFree(place) {
            flush(place)
            guard !isFree(place) else { continue }
            let isIdle = now - callers[place]!.lastActive >= Self.idleMax
            if isIdle, callers[place]!.subscription == nil, callers[place]!.ticket == nil {
                callers[place] = nil
                continue
            }
            callers[place]!.awaitWhatIsNext(isPaused: isPaused) { fd, events in
                watch(fd, place, events)
            }
        }
    }

    private func isFree(_ place: Int) -> Bool {
        switch callers[place] {
        case .none: true
        case .some: false
        }
    }
}

/// A program that uses the local socket.
struct Caller: ~Copyable {
    /// The subject that a caller may watch.
    enum Subscription: Equatable {
        case events
        case levels

        init?(_ request: Request) {
            switch request {
            case .watchEvents: self = .events
            case .levels: self = .levels
            default: return nil
            }
        }
    }

    let peer: LocalPeer
    /// The received bytes, in lines.
    var lines = LineBuffer(limit: ControlLimits.request)
    /// The bytes to be written.
    var waiting: [UInt8] = []
    /// The subject that it watches; nil for a caller that sends requests.
    var subscription: Subscription?
    /// The ticket of its long request, for which it waits.
    var ticket: UInt64?
    /// The number of lines that found no room.
    var lost = 0
    var closesWhenSent = false
    /// When it connected, sent its last request, or got a late reply, whichever came last.
    var lastActive: Instant
    /// The events for which the loop watches its descriptor.
    private var awaited = EventLoop.readable

    /// The user who runs it, and whether that is root, the daemon's user or an administrator, at
    /// the time of connecting.
    let holder: CallerShares.Holder

    init(peer: consuming LocalPeer, administrators: UInt32?, lastActive: Instant) {
        let user = peer.identity.user
        let isTrusted = user == 0 || user == Environment.userID
        let isMember = administrators.map { peer.isMember(of: $0) } ?? false
        holder = CallerShares.Holder(user: user, mayAdminister: isTrusted || isMember)
        self.peer = peer
        self.lastActive = lastActive
    }

    /// Sends the reason to a caller that gets no place; a new socket has room for it.
    func refuse(_ code: ControlError.Code, _ message: String) {
        _ = peer.write(Reply.refused(ControlError(code, message)).encoded.span)
    }

    var isServed: Bool { ticket != nil }

    func holds(_ ticket: ProgramTicket) -> Bool { self.ticket == ticket.number }

    /// Whether it has a reply to take or a request to be answered: until then nothing more is read.
    private var isBusy: Bool { !waiting.isEmpty || lines.hasLine }

    mutating func read(into bytes: inout MutableSpan<UInt8>) -> LocalTransfer {
        isBusy || isServed ? .wouldBlock : peer.read(into: &bytes)
    }

    mutating func readSound(into bytes: inout MutableSpan<UInt8>) -> LocalTransfer {
        peer.read(into: &bytes)
    }

    /// Gives `watch` the descriptor and the awaited events when these have changed.
    mutating func awaitWhatIsNext(isPaused: Bool, _ watch: (Int32, UInt32) -> Void) {
        // The end of a caller that is being served is reported without being asked for.
        let events =
            isServed ? 0 : isBusy ? EventLoop.writable : isPaused ? 0 : EventLoop.readable
        guard events != awaited else { return }
        awaited = events
        watch(peer.fd, events)
    }

    /// Writes the bytes that wait, as many as the other end takes now.
    mutating func write() -> LocalTransfer {
        let result = peer.write(waiting.span)
        if case .bytes(let count) = result { waiting.removeFirst(count) }
        return result
    }
}

/// The shares of the machine's users in the places at the control socket.
///
/// A user who holds places for hours, or opens ever new ones, leaves some to others. Root and the
/// administrators always find a place, to end what that user has begun.
struct CallerShares {
    /// The holder of a place.
    struct Holder {
        let user: UInt32
        let mayAdminister: Bool
    }

    let places: Int

    /// The most places of all users without administration, together.
    var ofOthers: Int { places * 3 / 4 }
    /// The most places of one such user.
    var ofOne: Int { places / 2 }

    func hasRoom(for newcomer: Holder, among holders: [Holder]) -> Bool {
        guard holders.count < places else { return false }
        return newcomer.mayAdminister
            || (holders.count { !$0.mayAdminister } < ofOthers
                && holders.count { $0.user == newcomer.user } < ofOne)
    }
}
