internal import Config
internal import HAL

/// The network of a pairing: a TCP port while a code is shown, and one stream at a time.
///
/// Nothing here waits. `watch` registers the descriptors with the loop. During a stream the port is
/// not watched, because connections that wait there would wake the loop all the time.
struct PairingPort: ~Copyable {
    /// The port or the stream of the pairing.
    enum Part { case port, stream }

    /// The outcome of one read of the stream.
    enum Arrival {
        case nothing
        /// The connection is made.
        case connected
        case bytes([UInt8])
        /// The stream has ended, in order or not; with the error of a connection that failed.
        case ended(isInOrder: Bool, SystemError?)
    }

    private struct Line: ~Copyable {
        let stream: TCPStream
        var isConnecting: Bool
        /// Bytes that the kernel has not taken yet.
        var waiting: [UInt8] = []
        var awaited: UInt32?

        consuming func finish() { stream.close() }
    }

    /// More than the length of any message.
    private static let readMax = 2048

    private var listener: TCPListener?
    private var isPortAwaited: Bool?
    private var line: Line?
    /// The other side of the last stream, which may have ended.
    private(set) var other: SocketAddress?

    /// Listens at the address of the settings.
    mutating func open(at own: SocketAddress?, port: UInt16) throws(SystemError) {
        listener = try TCPListener(at: own, port: port)
        isPortAwaited = nil
    }

    /// Accepts the next station that has connected, and returns its address; nil when none waits.
    mutating func accept() -> SocketAddress? {
        guard let stream = listener?.accept() else { return nil }
        other = stream.other
        line = Line(stream: stream, isConnecting: false)
        return other
    }

    /// Begins to connect to a station that shows a code, from this station's `listen` address: the
    /// other station will look for this one there.
    mutating func connect(to other: SocketAddress, from own: SocketAddress?) throws(SystemError) {
        self.other = other
        line = Line(stream: try TCPStream(connectingTo: other, from: own), isConnecting: true)
    }

    /// Reads from the stream, at most one piece.
    mutating func take() -> Arrival {
        guard var line = line.take() else { return .nothing }
        if line.isConnecting {
            if let error = line.stream.connectionError() { return .ended(isInOrder: false, error) }
            line.isConnecting = false
            self.line = consume line
            return .connected
        }
        guard Self.flush(&line) else { return .ended(isInOrder: false, nil) }
        var room = [UInt8](repeating: 0, count: Self.readMax)
        var span = room.mutableSpan
        switch line.stream.read(into: &span) {
        case .bytes(let count):
            self.line = consume line
            return .bytes(Array(room[..<count]))
        case .wouldBlock:
            self.line = consume line
            return .nothing
        case .closed: return .ended(isInOrder: true, nil)
        case .failed: return .ended(isInOrder: false, nil)
        }
    }

    /// Sends a message, or the part that the kernel takes now; false when the stream has failed.
    mutating func send(_ message: [UInt8]) -> Bool {
        guard var line = line.take() else { return false }
        line.waiting += message
        guard Self.flush(&line) else { return false }
        self.line = consume line
        return true
    }

    private static func flush(_ line: inout Line) -> Bool {
        while !line.waiting.isEmpty {
            guard let count = line.stream.write(line.waiting.span) else { return false }
            guard count > 0 else { break }
            line.waiting.removeFirst(count)
        }
        return true
    }

    /// Ends the stream in order: both sides have stored each other.
    mutating func finish() {
        guard let line = line.take() else { return }
        line.finish()
    }

    /// Drops the stream, which brought nothing.
    mutating func hangUp() { line = nil }

    /// Ends everything.
    mutating func close() {
        line = nil
        other = nil
        listener = nil
    }

    /// Gives `watch` each descriptor whose awaited events have changed, and whether the descriptor
    /// is new to it.
    mutating func awaitWhatIsNext(
        hasRoom: Bool, _ watch: (Part, Int32, UInt32, _ isNew: Bool) -> Void
    ) {
        if let fd = listener?.fd, hasRoom != isPortAwaited {
            watch(.port, fd, hasRoom ? EventLoop.readable : 0, isPortAwaited == nil)
            isPortAwaited = hasRoom
        }
        guard var line = line.take() else { return }
        let events =
            line.isConnecting || !line.waiting.isEmpty ? EventLoop.writable : EventLoop.readable
        if events != line.awaited {
            watch(.stream, line.stream.fd, events, line.awaited == nil)
            line.awaited = events
        }
        self.line = consume line
    }
}

extension SocketAddress {
    /// The address as people and settings write it: without the default port.
    var asTyped: String { port == PeerAddress.defaultPort ? host : description }
}
