internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Time
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
        guard let stream = listener?.accept() else { return nil }
        other = stream.other
        line = Line(stream: stream, isConnecting: false)
        return other
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

/// This station as a pairing sees it at the moment: its key, settings and files.
struct OwnStation {
    let publicKey: PublicKey
    let config: Config
    /// The files of the settings in use.
    let used: PeerFiles
    /// Where the settings are.
    let folder: String
    /// Whether there is a LAN on which stations find each other.
    let isOnLAN: Bool
    /// The peers with which there is a session now.
    let up: [PublicKey]

    /// The introduction that the other station gets.
    var card: PairingCard {
        var capabilities = Capabilities(bootID: 0)
        capabilities.flags = config.network.port
        guard
            let card = PairingCard(
                publicKey: publicKey, capabilities: capabilities, name: config.station.name)
        else { preconditionFailure("the settings have checked the name of the station") }
        return card
    }

    /// The one address at which the settings let it listen, never wider than was asked for; nil
    /// means every address.
    var listen: SocketAddress? {
        config.network.listen.flatMap { SocketAddress(host: $0, port: config.network.port) }
    }

    /// The addresses of this station, one of which a person types at the other station: those that
    /// it can reach come first.
    var hosts: [String] {
        if let listen { return [listen.asTyped] }
        return NetworkInterface.reachable.map {
            SocketAddress(high: $0.high, low: $0.low, port: config.network.port).asTyped
        }
    }

    /// The peer that another station would become; nothing is on the disk yet.
    ///
    /// One that is admitted has stored this station, so that a session which has come up since
    /// counts nothing.
    func peer(
        _ card: PairingCard, suite: Suite, named name: String?, at address: String,
        isAdmitted: Bool, takesBack: Bool
    ) throws(PairedPeer.Refusal) -> PairedPeer {
        try PairedPeer(
            card.publicKey, called: card.name, named: name, suite: suite, address: address,
            isUp: !isAdmitted && up.contains(card.publicKey), takesBack: takesBack,
            among: used, and: try found())
    }

    /// All files as they are now.
    ///
    /// Settings that a person is just changing, and that cannot be read, do not hinder a pairing.
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
    /// The address as people and settings write it: without the port that every station has.
    var asTyped: String { port == PeerAddress.defaultPort ? host : description }
}

/// A pairing under way: who asked for it, and what is known of it so far.
struct PairingJob {
    /// The program that waits for it, which ends it by its own end; nil for the talk button.
    var caller: CallerTicket?
    let asker: Asker
    /// As it is now.
    var own: OwnStation
    /// The name that the other station is to have here; nil for its own.
    var name: String?
    /// Whether it may be one that the site has taken out, perhaps as stolen: a press of the talk
    /// button cannot say that it means such a one.
    var takesBack = false
    /// Whether the code was typed here, and is tried at another station.
    var isEntering = false
    /// Where a code is tried, as the settings have an address; nil where one is shown.
    var host: String?
    /// The addresses at which the code was tried and something answered: any of them may be the one
    /// that has refused it.
    var answered: [String] = []
    /// Streams of something that is no station; anybody may connect, again and again, so only the
    /// first are told of.
    var strangers = 0
    /// Why the last connection was not made.
    var connectionError: SystemError?
    /// The peer of which all is on the disk but the last rename.
    var prepared: PairedPeer?
    /// The peer, when it is written, and until when it must be in use.
    var written: (peer: PairedPeer, end: Instant)?

    static let strangersTold = 3

    /// An event of it.
    func event(_ kind: Event.Kind, at host: String?, _ detail: String) -> Event {
        var event = Event(kind, at: 0)
        (event.asker, event.user) = (asker.name, asker.user)
        event.target = host
        event.detail = detail
        return event
    }
}
