internal import Config
internal import Files
internal import HAL
internal import Report
internal import Time

/// A connection to the running daemon through its control socket.
struct Daemon: ~Copyable {
    private var peer: LocalPeer
    private let path: String
    private var lines: LineBuffer
    /// Longer than the daemon waits for a disk before it reports the delay.
    private let patience: Duration

    private static let absences = [
        SystemError.noSuchFile, SystemError.refused, SystemError.notADirectory,
    ]

    init(
        _ invocation: borrowing Invocation, patience: Duration = .seconds(6)
    ) throws(Failure) {
        let path = try Self.socket(invocation)
        do throws(Failure) {
            peer = try Self.connect(path)
        } catch {
            // A station that has no settings yet.
            guard error.code == .notRunning, invocation.socket == nil,
                ConfigFolder(invocation.configFolder).isEmpty
            else { throw error }
            throw Failure(
                "this station is not set up yet, and intercomd is not running: sudo intercomctl"
                    + " setup",
                .notRunning)
        }
        self.path = path
        self.patience = patience
        lines = LineBuffer(limit: ControlLimits.reply)
    }

    private static func connect(_ path: String) throws(Failure) -> LocalPeer {
        do throws(SystemError) {
            return try LocalPeer(path: path)
        } catch {
            if error.errno == SystemError.noPermission, let user = Membership.joined() {
                throw Failure(
                    "\(user.visible) is a member of group intercom from the next login on",
                    fix: "log in again, or type sudo before intercomctl")
            }
            throw absences.contains(error.errno)
                ? Failure(
                    "intercomd is not running (no answer at \(path)); start it:"
                        + " sudo systemctl start intercomd;"
                        + " why it stopped: sudo intercomctl config check, journalctl -u intercomd",
                    .notRunning)
                : error.failure
        }
    }

    /// The daemon's process ID.
    var process: Int32 { peer.identity.process }

    /// The path of the daemon's socket.
    private static func socket(_ invocation: borrowing Invocation) throws(Failure) -> String {
        if let socket = invocation.socket { return socket }
        let folder = ConfigFolder(invocation.configFolder)
        // With `--config`, never fall back to the socket of another station. A folder without
        // settings may belong to a station that waits for its settings.
        if invocation.config != nil, !folder.isEmpty, let error = folder.mainError {
            throw error.failure
        }
        return folder.paths.controlSocket
    }

    /// Sends a request and waits for the reply; while the daemon is busy, retries for two seconds.
    mutating func ask(_ request: Request) throws(Failure) -> Reply {
        for _ in 0..<Self.retries {
            let reply = try askOnce(request)
            guard case .refused(let error) = reply, error.code == .busy else {
                return try answer(reply)
            }
            Clock.sleep(Self.retryWait)
            peer = try Self.connect(path)
            lines = LineBuffer(limit: ControlLimits.reply)
        }
        return try askAtOnce(request)
    }

    /// Sends a request whose reply is a sentence.
    mutating func order(_ request: Request) throws(Failure) -> Reply.Done {
        guard case .done(let done) = try ask(request) else { throw Failure.misfit }
        return done
    }

    /// Sends a request and waits for the reply; does not retry when the daemon is busy.
    mutating func askAtOnce(_ request: Request) throws(Failure) -> Reply {
        try answer(try askOnce(request))
    }

    private static let retries = 10
    private static let retryWait = Duration.milliseconds(200)

    private mutating func askOnce(_ request: Request) throws(Failure) -> Reply {
        try send(request.encoded)
        return try nextReply()
    }

    /// Sends a request without waiting; `answer(until:)` reads the reply.
    borrowing func begin(_ request: Request) throws(Failure) { try send(request.encoded) }

    /// Returns the reply to the last request; nil if it does not arrive before `end`.
    mutating func answer(until end: Instant) throws(Failure) -> Reply? {
        guard let line = try nextLine(until: end) else { return nil }
        return try answer(try Self.reply(line))
    }

    /// Waits for the second reply to a request that takes time.
    mutating func answerLate() throws(Failure) -> Reply { try answer(try nextReply()) }

    private mutating func nextReply() throws(Failure) -> Reply {
        guard let line = try nextLine(until: Clock.now() + patience) else { throw Self.silence }
        return try Self.reply(line)
    }

    private static func reply(_ line: [UInt8]) throws(Failure) -> Reply {
        do throws(ControlError) {
            return try Reply(parsing: line.span)
        } catch { throw Failure(error.text) }
    }

    private borrowing func answer(_ reply: Reply) throws(Failure) -> Reply {
        if case .refused(let error) = reply {
            throw Failure(error.text.visibleLines, refusal: error.code)
        }
        return reply
    }

    /// Sends a request, or audio, which the daemon reads no faster than it plays.
    borrowing func send(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes.span
        while !rest.isEmpty {
            switch peer.write(rest) {
            case .bytes(let count): rest = rest.extracting(droppingFirst: count)
            case .wouldBlock:
                guard peer.waitWritable(limit: patience) else { throw Self.silence }
            // The daemon refused the connection; its reply, still unread, has the reason.
            case .closed: return
            }
        }
    }

    /// Waits for the next line; nil if there is an `end`, and no line comes before it.
    mutating func nextLine(until end: Instant?) throws(Failure) -> [UInt8]? {
        while true {
            if let line = try arrivedLine() { return line }
            let left = end.map { $0 - Clock.now() } ?? .seconds(3_600)
            guard left > .zero else { return nil }
            _ = peer.waitReadable(limit: left)
        }
    }

    /// The next complete line that has arrived; nil if there is none yet.
    private mutating func arrivedLine() throws(Failure) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            switch lines.next() {
            case .line(let line): return line
            case .tooLong: throw Self.excess
            // The end of the line may never come.
            case nil where lines.isSkipping: throw Self.excess
            case nil: break
            }
            var span = chunk.mutableSpan
            switch peer.read(into: &span) {
            case .bytes(let count): lines.append(chunk.span.extracting(first: count))
            case .wouldBlock: return nil
            case .closed:
                throw Failure(
                    "the daemon closed the connection; it may be stopping: journalctl -u intercomd",
                    .notRunning)
            }
        }
    }

    private static var silence: Failure {
        Failure("the daemon does not answer", fix: "see: journalctl -u intercomd")
    }

    private static var excess: Failure {
        Failure(
            "the daemon's answer is too long",
            fix: "compare versions: intercomctl version")
    }
}

/// Sends a request that is done at once, and prints the reply.
func ask(_ request: Request, _ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let done = try daemon.order(request)
    try printResult(done.json, done.text.visible, invocation)
    return .ok
}

/// Asks the daemon for the state of the station.
func statusNow(_ invocation: borrowing Invocation) throws(Failure) -> Status {
    var daemon = try Daemon(invocation)
    guard case .status(let status) = try daemon.ask(.status) else { throw Failure.misfit }
    return status
}

/// Asks the daemon for the state of a peer; nil if no daemon answers, or it has no such peer.
func peerNow(_ name: String, _ invocation: borrowing Invocation) -> PeerStatus? {
    (try? statusNow(invocation))?.peers.first { $0.name == name }
}

/// The daemon's events from now on, over a connection of its own.
struct EventWatch: ~Copyable {
    private var daemon: Daemon

    /// Nil if the daemon has no room for another watcher.
    init?(_ invocation: borrowing Invocation) throws(Failure) {
        var daemon = try Daemon(invocation)
        guard case .watchEvents? = try? daemon.askAtOnce(.watchEvents) else { return nil }
        self.daemon = daemon
    }

    /// The next event of a known kind; nil if none arrives before `end`.
    mutating func next(until end: Instant) throws(Failure) -> Event? {
        while let line = try daemon.nextLine(until: end) {
            if let event = Event(parsing: line.span) { return event }
        }
        return nil
    }
}
