internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

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

/// This station as a pairing sees it now: its key, settings and files.
struct OwnStation {
    let publicKey: PublicKey
    let config: Config
    /// The files of the settings in use.
    let used: PeerFiles
    /// The folder of the settings.
    let folder: String
    /// Whether there is a LAN on which stations find each other.
    let isOnLAN: Bool
    /// The peers that have a session now.
    let up: [PublicKey]

    /// The introduction for the other station.
    var card: PairingCard {
        var capabilities = Capabilities(bootID: 0)
        capabilities.flags = config.network.port
        guard
            let card = PairingCard(
                publicKey: publicKey, capabilities: capabilities, name: config.station.name)
        else { preconditionFailure("the settings have checked the name of the station") }
        return card
    }

    /// The one address that the settings allow for listening; nil means every address.
    var listen: SocketAddress? {
        config.network.listen.flatMap { SocketAddress(host: $0, port: config.network.port) }
    }

    /// The addresses of this station, reachable ones first; a person types one of them at the other
    /// station.
    var hosts: [String] {
        if let listen { return [listen.asTyped] }
        return NetworkInterface.reachable.map {
            SocketAddress(high: $0.high, low: $0.low, port: config.network.port).asTyped
        }
    }

    /// Makes a peer of the other station, with nothing on the disk yet.
    ///
    /// An admitted station has stored this one, so a session that came up since does not count.
    func peer(
        _ card: PairingCard, suite: Suite, named name: String?, at address: String,
        isAdmitted: Bool, takesBack: Bool
    ) throws(PairedPeer.Refusal) -> PairedPeer {
        try PairedPeer(
            card.publicKey, called: card.name, named: name, suite: suite, address: address,
            isUp: !isAdmitted && up.contains(card.publicKey), takesBack: takesBack,
            among: used, and: try found())
    }

    /// Reads all files as they are now.
    ///
    /// Settings that are unreadable while a person edits them do not hinder a pairing.
    private func found() throws(PairedPeer.Refusal) -> PeerFiles {
        if let (_, sources) = try? StationFiles.sources(in: folder) {
            return PeerFiles(sources, in: used.paths)
        }
        do throws(StateError) { return try used.renewed() } catch {
            throw .failed(error.description)
        }
    }
}

extension SocketAddress {
    /// The address as people and settings write it: without the default port.
    var asTyped: String { port == PeerAddress.defaultPort ? host : description }
}

/// A pairing under way: the person or program that asked, and the findings so far.
struct PairingJob {
    /// The program that waits, whose end ends the pairing; nil for the talk button.
    var caller: CallerTicket?
    let asker: Asker
    /// This station as it is now.
    var own: OwnStation
    /// The name for the other station here; nil for its own name.
    var name: String?
    /// Whether the peer may be one that the site has put out, perhaps as stolen: a press of the
    /// talk button cannot say that.
    var takesBack = false
    /// Whether the code was typed here, and is tried at another station.
    var isEntering = false
    /// The address typed with the code, as in settings, or, where a code is shown, the new peer's
    /// host; nil for a search of the LAN, and before the shown code is accepted.
    var host: String?
    /// The addresses that answered when the code was tried: any of them may have refused it.
    var answered: [String] = []
    /// The number of streams from something that is no station; only the first are reported,
    /// because anybody may connect again and again.
    var strangers = 0
    /// Why the last connection failed.
    var connectionError: SystemError?
    /// The peer whose files are on the disk except for the last rename.
    var prepared: PairedPeer?
    /// The peer once it is written, and the time by which it must be in use.
    var written: (peer: PairedPeer, end: Instant)?

    static let strangersTold = 3

    /// Makes an event of this pairing.
    func event(_ kind: Event.Kind, at host: String?, _ detail: String) -> Event {
        var event = Event(kind, at: 0)
        (event.asker, event.user) = (asker.name, asker.user)
        event.target = host
        event.detail = detail
        return event
    }
}
