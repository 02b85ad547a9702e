internal import Control
internal import HAL
internal import Realtime
internal import Time

/// The local socket: requests in by the line, replies out, events to those who watch.
///
/// Nothing a caller does holds up the loop: lines are bounded, an idle caller is closed, and one
/// who does not read what it asked for is closed too.
struct ControlServer: ~Copyable {
    static let callersMax = 16
    static let idleMax = Duration.seconds(5)
    /// Events that may wait for one who watches; more are counted, and told when there is room.
    static let watchMax = 64 * 1024
    /// What may wait to be read by one caller; beyond it the caller is closed.
    static let backlogMax = ControlLimits.reply + 64 * 1024

    private let socket: LocalSocket
    private var callers = FixedArray<Caller?>(count: callersMax) { _ in nil }

    init(path: String, group: UInt32?) throws(SystemError) {
        socket = try LocalSocket(path: path, group: group)
    }

    var fd: Int32 { socket.fd }

    /// Takes those who knock; `watch` is told each one's descriptor and place.
    mutating func accept(at now: Instant, _ watch: (Int32, Int) -> Void) {
        while let peer = socket.accept() {
            guard let place = callers.indices.first(where: { isFree($0) }) else { continue }
            watch(peer.fd, place)
            callers[place] = Caller(peer: peer, lastActive: now)
        }
    }

    /// Reads what a caller sent; `take` is given each whole request, what is none is refused here.
    mutating func read(_ place: Int, at now: Instant, _ take: (Request) -> Void) {
        guard !isFree(place) else { return }
        var bytes = InlineArray<4096, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        callers[place]!.lastActive = now
        let count: Int
        switch callers[place]!.read(into: &span) {
        case .bytes(let size): count = size
        case .wouldBlock: return
        case .closed:
            callers[place] = nil
            return
        }
        for index in 0..<count where !callers[place]!.closesWhenSent {
            append(bytes[index], to: place, take)
        }
    }

    private mutating func append(_ byte: UInt8, to place: Int, _ take: (Request) -> Void) {
        guard byte == UInt8(ascii: "\n") else {
            callers[place]!.line.append(byte)
            guard callers[place]!.line.count > ControlLimits.request else { return }
            let limit = ControlLimits.request
            reply(
                .refused(ControlError(.tooLong, "the request is longer than \(limit) bytes")),
                to: place)
            callers[place]!.closesWhenSent = true
            return
        }
        let line = callers[place]!.line
        callers[place]!.line.removeAll(keepingCapacity: true)
        if line.isEmpty { return }
        do throws(ControlError) {
            let request = try Request(parsing: line.span)
            if case .monitor = request { callers[place]!.isWatching = true }
            take(request)
        } catch {
            reply(.refused(error), to: place)
        }
    }

    /// Queues a reply; `flush` sends it.
    mutating func reply(_ reply: Reply, to place: Int) {
        guard !isFree(place) else { return }
        callers[place]!.waiting += reply.encoded
    }

    /// Sends an event to everyone who watches.
    mutating func tell(_ event: Event) {
        for place in callers.indices where !isFree(place) && callers[place]!.isWatching {
            flush(place)
            guard !isFree(place) else { continue }
            if callers[place]!.waiting.count + event.encoded.count > Self.watchMax {
                callers[place]!.lost += 1
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

    /// Writes what waits; the caller is closed when it is through, gone, or does not read.
    mutating func flush(_ place: Int) {
        guard !isFree(place) else { return }
        while !callers[place]!.waiting.isEmpty {
            switch callers[place]!.write() {
            case .bytes: break
            case .closed:
                callers[place] = nil
                return
            case .wouldBlock:
                if callers[place]!.waiting.count > Self.backlogMax { callers[place] = nil }
                return
            }
        }
        if callers[place]!.closesWhenSent { callers[place] = nil }
    }

    /// Sends what waits, and closes callers that have been idle.
    mutating func tick(at now: Instant) {
        for place in callers.indices where !isFree(place) {
            flush(place)
            guard !isFree(place), !callers[place]!.isWatching else { continue }
            if now - callers[place]!.lastActive >= Self.idleMax { callers[place] = nil }
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
    let peer: LocalPeer
    /// The request begun.
    var line: [UInt8] = []
    /// What is still to be written.
    var waiting: [UInt8] = []
    var isWatching = false
    /// Events that found no room.
    var lost = 0
    var closesWhenSent = false
    var lastActive: Instant

    init(peer: consuming LocalPeer, lastActive: Instant) {
        self.peer = peer
        self.lastActive = lastActive
    }

    mutating func read(into bytes: inout MutableSpan<UInt8>) -> LocalTransfer {
        peer.read(into: &bytes)
    }

    /// Writes what waits, as much as the other end takes now.
    mutating func write() -> LocalTransfer {
        let result = peer.write(waiting.span)
        if case .bytes(let count) = result { waiting.removeFirst(count) }
        return result
    }
}
