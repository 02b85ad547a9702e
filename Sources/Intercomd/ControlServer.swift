internal import Control
internal import HAL
internal import Realtime
internal import Time

/// The local socket: requests in by the line, replies out, events to those who watch.
///
/// Nothing a caller does holds up the loop: lines are bounded, one request a turn is answered, and
/// the next only when its reply has been taken. An idle caller is closed.
struct ControlServer: ~Copyable {
    static let callersMax = 16
    /// Of the callers so many may watch, which they do for hours: others must find a place.
    static let watchersMax = 8
    static let idleMax = Duration.seconds(5)
    /// Events that may wait for one who watches; more are counted, and told when there is room.
    static let watchMax = 64 * 1024

    /// Counted since the start: who found no place, lines that were no request or were too many,
    /// events that a slow watcher missed.
    private(set) var callersRefused = 0
    private(set) var requestsRefused = 0
    private(set) var eventsUntold = 0

    private let socket: LocalSocket
    private var callers = FixedArray<Caller?>(count: callersMax) { _ in nil }

    init(path: String, group: UInt32?) throws(SystemError) {
        socket = try LocalSocket(path: path, group: group)
    }

    var fd: Int32 { socket.fd }

    /// Takes those who knock; `watch` is told each one's descriptor and place.
    mutating func accept(at now: Instant, _ watch: (Int32, Int) -> Void) {
        while let peer = socket.accept() {
            guard let place = callers.indices.first(where: { isFree($0) }) else {
                let error = ControlError(
                    .busy, "intercomd has \(Self.callersMax) callers; try again in a few seconds")
                callersRefused += 1
                // A socket that is new has room for it.
                _ = peer.write(Reply.refused(error).encoded.span)
                continue
            }
            watch(peer.fd, place)
            callers[place] = Caller(peer: peer, lastActive: now)
        }
    }

    /// Takes what a caller sent, once what it sent before is answered.
    mutating func read(_ place: Int) {
        guard !isFree(place) else { return }
        var bytes = InlineArray<4096, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        switch callers[place]!.read(into: &span) {
        case .bytes(let count): callers[place]!.lines.append(span.span.extracting(first: count))
        case .wouldBlock: return
        case .closed: callers[place] = nil
        }
    }

    /// A caller's next request, when there is a whole one and its last reply has been taken.
    ///
    /// What is none, or one too many who want to watch, is refused here.
    mutating func next(_ place: Int, at now: Instant) -> Request? {
        guard !isFree(place), callers[place]!.waiting.isEmpty else { return nil }
        let line: LineBuffer.Line
        if let whole = callers[place]!.lines.next() {
            line = whole
        } else if callers[place]!.lines.isSkipping {
            // Its end may never come.
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
            if case .monitor = request { try beginWatch(place) }
            return request
        } catch {
            requestsRefused += 1
            reply(.refused(error), to: place)
            return nil
        }
    }

    private mutating func beginWatch(_ place: Int) throws(ControlError) {
        var watching = 0
        for other in callers.indices where other != place && !isFree(other) {
            if callers[other]!.isWatching { watching += 1 }
        }
        guard watching < Self.watchersMax else {
            throw ControlError(
                .busy, "\(watching) others are watching already: end one of those monitors")
        }
        callers[place]!.isWatching = true
    }

    /// Whether a caller is gone, and nobody waits for its answer any more.
    func hasHungUp(_ place: Int) -> Bool { isFree(place) || callers[place]!.hasHungUp }

    /// Sends a reply, or what the other end takes of it now; `tick` sends the rest.
    mutating func reply(_ reply: Reply, to place: Int) {
        guard !isFree(place) else { return }
        callers[place]!.waiting += reply.encoded
        flush(place)
    }

    /// Sends an event to everyone who watches.
    mutating func tell(_ event: Event) {
        for place in callers.indices where !isFree(place) && callers[place]!.isWatching {
            flush(place)
            guard !isFree(place) else { continue }
            if callers[place]!.waiting.count + event.encoded.count > Self.watchMax {
                callers[place]!.lost += 1
                eventsUntold += 1
                continue
            }
            if callers[place]!.lost > 0 {
                var note = Event(.dropped, at: event.timeMilliseconds)
                note.detail = "\(callers[place]!.lost)"
                callers[place]!.waiting += note.encoded
                callers[place]!.lost = 0
            }
            callers[place]!.waiting += event.encoded
            flush(place)
        }
    }

    /// Writes what waits; the caller is closed when it is through or gone.
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

    /// Sends what waits, and closes callers that have been idle.
    ///
    /// `watch` is told descriptor, place and events of each caller to be waited for otherwise than
    /// before: until it takes its reply, or its next request is due, for room and not for bytes.
    mutating func tick(at now: Instant, _ watch: (Int32, Int, UInt32) -> Void) {
        for place in callers.indices where !isFree(place) {
            flush(place)
            guard !isFree(place) else { continue }
            let isIdle = now - callers[place]!.lastActive >= Self.idleMax
            if isIdle, !callers[place]!.isWatching {
                callers[place] = nil
                continue
            }
            callers[place]!.awaitWhatIsNext { fd, events in watch(fd, place, events) }
        }
    }

    private func isFree(_ place: Int) -> Bool {
        switch callers[place] {
        case .none: true
        case .some: false
        }
    }
}

/// One who speaks to the daemon over the local socket.
struct Caller: ~Copyable {
    private let peer: LocalPeer
    /// What was sent, in lines.
    var lines = LineBuffer(limit: ControlLimits.request)
    /// What is still to be written.
    var waiting: [UInt8] = []
    var isWatching = false
    /// Events that found no room.
    var lost = 0
    var closesWhenSent = false
    /// When it last had a request answered.
    var lastActive: Instant
    /// What the loop waits for on its descriptor.
    private var awaited = EventLoop.readable

    init(peer: consuming LocalPeer, lastActive: Instant) {
        self.peer = peer
        self.lastActive = lastActive
    }

    var hasHungUp: Bool { peer.hasHungUp }

    /// It has a reply to take or a request to be answered: no more is read of it until then.
    private var isBusy: Bool { !waiting.isEmpty || lines.hasLine }

    mutating func read(into bytes: inout MutableSpan<UInt8>) -> LocalTransfer {
        isBusy ? .wouldBlock : peer.read(into: &bytes)
    }

    /// Tells `watch` the descriptor and what to wait for on it, when that has changed.
    mutating func awaitWhatIsNext(_ watch: (Int32, UInt32) -> Void) {
        let events = isBusy ? EventLoop.writable : EventLoop.readable
        guard events != awaited else { return }
        awaited = events
        watch(peer.fd, events)
    }

    /// Writes what waits, as much as the other end takes now.
    mutating func write() -> LocalTransfer {
        let result = peer.write(waiting.span)
        if case .bytes(let count) = result { waiting.removeFirst(count) }
        return result
    }
}
