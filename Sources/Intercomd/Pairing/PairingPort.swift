internal import HAL
internal import Peering
internal import Wire

/// The network of a pairing: a TCP port while a code is shown, and the one stream that is served.
///
/// Nothing here waits. `watch` tells the loop what to wait for; the port is not watched while a
/// stream is served, because those that wait there would wake the loop all the time.
struct PairingPort: ~Copyable {
    /// Which descriptor of the pairing.
    enum Part { case port, stream }

    /// The outcome of one look at the stream.
    enum Arrival {
        case nothing
        /// The connection is made.
        case connected
        case bytes([UInt8])
        /// The stream has ended, in order or not; why, where it was never made.
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

    /// More than any message.
    private static let readMax = 2048

    private var listener: TCPListener?
    private var isPortAwaited: Bool?
    private var line: Line?
    /// The other side of the last stream, which may have ended.
    private(set) var other: SocketAddress?

    /// Listens where the settings say.
    mutating func open(at own: SocketAddress?, port: UInt16) throws(SystemError) {
        listener = try TCPListener(at: own, port: port)
        isPortAwaited = nil
    }

    /// The next station that has connected, and where it is; nil when none waits.
    mutating func accept() -> SocketAddress? {
        guard let stream = takeStream() else { return nil }
        other = stream.other
        line = Line(stream: stream, isConnecting: false)
        return other
    }

    private func takeStream() -> TCPStream? {
        switch listener {
        case .some(let listener): listener.accept()
        case .none: nil
        }
    }

    /// Begins to connect to a station that shows a code, from the address at which the settings
    /// let this one listen: there the other one finds it afterwards.
    mutating func connect(to other: SocketAddress, from own: SocketAddress?) throws(SystemError) {
        self.other = other
        line = Line(stream: try TCPStream(connectingTo: other, from: own), isConnecting: true)
    }

    /// Takes what the stream has, at most one piece.
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

    /// Sends a message, or as much of it as the kernel takes now; false when the stream has failed.
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

    /// Ends the stream, of which nothing came.
    mutating func hangUp() { line = nil }

    /// Ends everything.
    mutating func close() {
        line = nil
        other = nil
        listener = nil
    }

    /// Tells `watch` what to wait for, and on which descriptor, where that has changed; nil is for
    /// one that is not watched yet.
    mutating func awaitWhatIsNext(
        hasRoom: Bool, _ watch: (Part, Int32, UInt32, _ isNew: Bool) -> Void
    ) {
        if let fd = portDescriptor, hasRoom != isPortAwaited {
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

    private var portDescriptor: Int32? {
        switch listener {
        case .some(let listener): listener.fd
        case .none: nil
        }
    }
}
