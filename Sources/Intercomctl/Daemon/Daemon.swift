internal import Config
internal import Control
internal import HAL
internal import Settings
internal import Time

/// The running daemon, through its control socket.
struct Daemon: ~Copyable {
    private var peer: LocalPeer
    private let path: String
    private var lines: LineBuffer
    private let patience: Duration

    private static let absences = [
        SystemError.noSuchFile, SystemError.refused, SystemError.notADirectory,
    ]

    init(
        _ invocation: borrowing Invocation, patience: Duration = .seconds(5)
    ) throws(Failure) {
        let path = try Self.socket(invocation)
        peer = try Self.connect(path)
        self.path = path
        self.patience = patience
        lines = LineBuffer(limit: ControlLimits.reply)
    }

    private static func connect(_ path: String) throws(Failure) -> LocalPeer {
        do throws(SystemError) {
            return try LocalPeer(path: path)
        } catch {
            throw absences.contains(error.errno)
                ? Failure(
                    .notRunning,
                    "intercomd is not running (no answer at \(path)); start it:"
                        + " sudo systemctl start intercomd;"
                        + " why it stopped: journalctl -u intercomd")
                : Failure(error)
        }
    }

    /// To wait for more lines.
    var fd: Int32 { peer.fd }

    /// The daemon's process.
    var process: Int32 { peer.identity.process }

    /// Where the daemon listens.
    private static func socket(_ invocation: borrowing Invocation) throws(Failure) -> String {
        if let socket = invocation.socket { return socket }
        let folder = ConfigFolder(invocation.configFolder)
        // A folder that was named is the one meant: never ask another station in its place.
        // One without settings may have a station that waits for them.
        if invocation.config != nil, !folder.isEmpty, let error = folder.mainError {
            throw Failure(error)
        }
        return folder.paths.controlSocket
    }

    /// Asks, and waits for the answer; again for two seconds where too many others ask.
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

    /// Asks for something to be done, and takes the sentence that comes back.
    mutating func order(_ request: Request) throws(Failure) -> Reply.Done {
        guard case .done(let done) = try ask(request) else { throw Failure.misfit }
        return done
    }

    /// Asks, and waits for the answer; not again where too many others do.
    mutating func askAtOnce(_ request: Request) throws(Failure) -> Reply {
        try answer(try askOnce(request))
    }

    private static let retries = 10
    private static let retryWait = Duration.milliseconds(200)

    private mutating func askOnce(_ request: Request) throws(Failure) -> Reply {
        try send(request.encoded)
        return try Self.reply(try nextLine(isPatient: false))
    }

    /// Asks without waiting; `answer(until:)` takes what comes.
    borrowing func begin(_ request: Request) throws(Failure) { try send(request.encoded) }

    /// The answer to what was asked; nil when it does not come before `end`.
    mutating func answer(until end: Instant) throws(Failure) -> Reply? {
        guard let line = try nextLine(until: end) else { return nil }
        return try answer(try Self.reply(line))
    }

    /// Sends sound that the daemon takes as fast as it plays it.
    borrowing func give(_ bytes: [UInt8]) throws(Failure) {
        try send(bytes)
    }

    /// The answer to what took its time.
    mutating func answerLate() throws(Failure) -> Reply {
        try answer(try Self.reply(try nextLine(isPatient: false)))
    }

    private static func reply(_ line: [UInt8]) throws(Failure) -> Reply {
        do throws(ControlError) {
            return try Reply(parsing: line.span)
        } catch { throw Failure(.failed, error.text) }
    }

    private borrowing func answer(_ reply: Reply) throws(Failure) -> Reply {
        if case .refused(let error) = reply {
            throw Failure(.failed, error.text.visibleLines, error.code)
        }
        return reply
    }

    private borrowing func send(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes.span
        while !rest.isEmpty {
            switch peer.write(rest) {
            case .bytes(let count): rest = rest.extracting(droppingFirst: count)
            case .wouldBlock:
                guard peer.waitWritable(limit: patience) else { throw Self.silence }
            // Turned away before it was asked: the answer that waits here says why.
            case .closed: return
            }
        }
    }

    /// The next line; with patience, however long it takes.
    mutating func nextLine(isPatient: Bool) throws(Failure) -> [UInt8] {
        while true {
            if let line = try arrivedLine() { return line }
            let limit = isPatient ? Duration.seconds(3_600) : patience
            guard peer.waitReadable(limit: limit) || isPatient else { throw Self.silence }
        }
    }

    /// The next line, or nil when none comes before `end`.
    mutating func nextLine(until end: Instant) throws(Failure) -> [UInt8]? {
        while true {
            if let line = try arrivedLine() { return line }
            let left = end - Clock.now()
            guard left > .zero else { return nil }
            _ = peer.waitReadable(limit: left)
        }
    }

    /// The next line of what has come; nil when the rest of it has not.
    private mutating func arrivedLine() throws(Failure) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            switch lines.next() {
            case .line(let line): return line
            case .tooLong: throw Failure(.failed, "the daemon's answer is too long")
            case nil: break
            }
            var span = chunk.mutableSpan
            switch peer.read(into: &span) {
            case .bytes(let count): lines.append(chunk.span.extracting(first: count))
            case .wouldBlock: return nil
            case .closed: throw Self.gone
            }
        }
    }

    private static var silence: Failure {
        Failure(.failed, "the daemon does not answer; see: journalctl -u intercomd")
    }

    private static var gone: Failure {
        Failure(.notRunning, "the daemon has closed the line; it may be stopping")
    }
}
