internal import Audio
internal import Config
internal import Crypto
internal import HAL
internal import Realtime
internal import Session
internal import Settings
internal import Station
internal import Time
internal import Wire

/// Puts a station together from its configuration, and runs it.
///
/// What cannot be mended while it runs (settings, keys, the port) ends it here with words for a
/// person; cards and lines that are not there are tried again for ever.
enum Boot {
    /// Why the station does not start.
    struct Failure: Error {
        let text: String
    }

    /// The media loop, on its way to its thread.
    private final class Media: @unchecked Sendable {
        var loop: MediaLoop
        init(_ loop: consuming MediaLoop) { self.loop = loop }
    }

    private static let mediaPriority: Int32 = 60

    static func run(_ folder: String) throws(Failure) {
        let startedAt = Clock.now()
        try? ProcessHardening.hideMemory()
        let config = try settings(folder)
        for warning in config.warnings { Log.warning(warning.description) }
        let routing = Routing(config)
        let listen = try Self.listen(config)
        var publicKeys: [PublicKey] = []
        let table = try peers(config, at: startedAt, &publicKeys)

        do throws(SystemError) {
            // Signals are blocked before there are threads, so that one thread gets them all.
            let signals = try Signals()
            // First, as two stations started at the same instant are told apart by the port alone.
            let sockets = try SocketPair(
                listen: listen, port: config.network.port, dscp: config.network.dscp)
            try FileStore.makeDirectory(config.paths.runtime, mode: 0o755)
            let server = try ControlServer(
                path: config.paths.controlSocket, group: Environment.groupID(of: "intercom"))
            let rings = try Rings(peers: config.peers.count)
            let media = try media(config, routing, rings, sockets.data)
            let thread = try RealtimeThread(name: "media", priority: mediaPriority) {
                media.loop.run()
            }
            let facts = ControlLoop.Facts(
                startedAt: startedAt, isRealtime: thread.isRealtime,
                memoryProblem: lockMemory(), watchdog: ServiceNotifier.watchdogInterval,
                hasAES: Processor.hasAES)
            if !thread.isRealtime { Log.warning("no right to real-time priority; running without") }
            var control = try ControlLoop(
                config: config, routing: routing, rings: rings, facts: facts,
                publicKeys: publicKeys, handshakes: sockets.handshake, table: table,
                station: station(config, routing), server: server, signals: signals)
            control.run()
            thread.join()
        } catch {
            throw Failure(text: error.description)
        }
    }

    private static func settings(_ folder: String) throws(Failure) -> Config {
        let folder = ConfigFolder(folder)
        let sources: [ConfigSource]
        do throws(SystemError) {
            sources = try folder.sources()
        } catch { throw Failure(text: error.description) }
        do throws(ConfigError) {
            return try Config(sources, paths: folder.paths)
        } catch { throw Failure(text: error.description) }
    }

    private static func peers(
        _ config: Config, at now: Instant, _ publicKeys: inout [PublicKey]
    ) throws(Failure) -> PeerTable {
        var limits = Session.Limits()
        limits.lowerRekey(to: config.session)
        var table = PeerTable(
            identity: try identity(config.paths), bootID: random(), limits: limits,
            random: { bytes in Random.fill(&bytes) })
        let checked = KeyChecks.keys(of: config.peers, own: table.publicKey)
        guard checked.mistakes.isEmpty else {
            let complaints = checked.mistakes.map { $0.description }
            throw Failure(text: complaints.joined(separator: "\n"))
        }
        publicKeys = checked.keys
        for (peer, key) in zip(config.peers, publicKeys) {
            table.add(
                publicKey: key, psk: try psk(of: peer, config.paths),
                suite: peer.suite == 2 ? .chaChaPoly : .aesGCM, at: now)
        }
        return table
    }

    private static func identity(_ paths: Paths) throws(Failure) -> Key {
        do throws(KeyStoreError) {
            return try KeyStore.identity(paths) {
                Log.notice("made this station's identity key, \(paths.identity)")
            }
        } catch { throw Failure(text: error.description) }
    }

    private static func psk(of peer: Config.Peer, _ paths: Paths) throws(Failure) -> Key? {
        do throws(KeyStoreError) {
            return try KeyStore.psk(of: peer, paths)
        } catch { throw Failure(text: error.description) }
    }

    /// The one address to listen on; nil means every address of the machine.
    private static func listen(_ config: Config) throws(Failure) -> SocketAddress? {
        guard let text = config.network.listen else { return nil }
        guard let address = SocketAddress(host: text, port: config.network.port) else {
            // Never wider than was asked for.
            throw Failure(
                text: "\(config.network.origin): listen: \(text) is no address of IPv4 or IPv6")
        }
        return address
    }

    private static func media(
        _ config: Config, _ routing: Routing, _ rings: Rings, _ socket: consuming UDPSocket
    ) throws(SystemError) -> Media {
        let sequences = routing.targets.map { _ in UInt16(truncatingIfNeeded: random()) }
        do throws(MediaError) {
            return Media(
                try MediaLoop(
                    plan: MediaPlan(config, routing: routing), rings: rings, socket: socket,
                    firstSequences: sequences))
        } catch {
            switch error {
            case .system(let error): throw error
            case .opus(let error): preconditionFailure("\(error)")
            }
        }
    }

    private static func station(_ config: Config, _ routing: Routing) -> Station {
        Station(
            targets: routing.targets, channels: routing.channels,
            firstMids: config.peers.map { _ in UInt32(truncatingIfNeeded: random()) })
    }

    private static func lockMemory() -> String? {
        do throws(SystemError) {
            try MemoryLock.lock()
            return nil
        } catch {
            Log.warning(error.description)
            return error.description
        }
    }

    private static func random() -> UInt64 {
        var bytes = InlineArray<8, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        Random.fill(&span)
        var value: UInt64 = 0
        for index in bytes.indices { value = value << 8 | UInt64(bytes[index]) }
        return value
    }
}

extension Session.Limits {
    /// The `[session]` settings can only lower how long keys live.
    fileprivate mutating func lowerRekey(to settings: Config.Session) {
        rekeyPackets = min(rekeyPackets, UInt64(settings.rekeyPackets))
        guard settings.rekeyAfter < rekeyInitiator else { return }
        // The responder waits a quarter longer, as in production.
        rekeyInitiator = settings.rekeyAfter
        rekeyResponder = settings.rekeyAfter * 5 / 4
    }
}
