internal import Audio
internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Station
internal import Time
internal import Wire

/// Puts a station together from its configuration, and runs it.
///
/// A fault that a running station cannot mend (settings, keys, the port) ends it here, with words
/// for a person; cards and lines that are absent are tried again for ever.
enum Boot {
    /// Why the station does not start.
    typealias Failure = StationFiles.Failure

    /// The media loop, on its way to its thread.
    private final class MediaThread: @unchecked Sendable {
        var loop: MediaLoop
        init(_ loop: consuming MediaLoop) { self.loop = loop }
    }

    private static let mediaPriority: Int32 = 60

    /// A station that is put together and has sound.
    private struct Whole: ~Copyable {
        var control: ControlLoop
        let thread: RealtimeThread
    }

    static func run(_ folder: String) throws(Failure) {
        var station = try station(folder)
        station.control.run()
        station.thread.join()
        guard station.control.resetButton.isErased else { return }
        // Files that the station has written since the first erasing.
        let work = ResetButton.erase(station.control.config, by: station.control.writer)
        var result: Result<Void, SystemError>?
        while result == nil { result = work.take(within: .seconds(60)) }
        if case .failure(let error)? = result {
            throw Failure(text: "not all was erased: \(error)")
        }
        throw Failure(text: "erased by the talk button; to be started again")
    }

    /// Not inlined: the settings and the parts on its stack go before the station runs.
    @inline(never)
    private static func station(_ folder: String) throws(Failure) -> Whole {
        let startedAt = Clock.now()
        try Failure.unless { () throws(SystemError) in try LastWords.prepare() }
        // Signals are blocked before there are threads, so that one thread gets them all, and
        // before anything else, because SIGHUP would end the program until then.
        let signals = try Failure.unless { () throws(SystemError) in try Signals() }
        hideMemory()
        // A daemon that died may have left relays on, and its settings may be broken by now.
        RelayNote.switchOff(ConfigFolder(folder).paths) { line, error in
            if error == nil { Log.notice("relay line \(line.name) is off") }
        }
        let found = try StationFiles.settings(atStartIn: folder)
        let listen = try Self.listen(found.config)
        let paths = found.config.paths
        let identity = try Failure.unless { () throws(StateError) in
            try KeyStore.identity(paths) {
                Log.notice("made this station's identity key, \(paths.identity)")
            }
        }
        var table = PeerTable(
            identity: identity, bootID: random(), limits: SessionLimits(found.config),
            random: { bytes in Random.fill(&bytes) })
        let read = try found.withoutItself(table.publicKey)
        let config = read.config
        for warning in config.warnings { Log.warning(warning.description) }
        let directory = try directory(config, &table, at: startedAt)
        let routing = Routing(config, directory)
        let ring = RingFile.samples(config.sounds)
        let plan = MediaPlan(
            config, directory, routing,
            concealsNeurally: ConcealmentTrial.fits(
                config.audio.profile, time: Clock.threadNanoseconds), ringtone: ring)
        if read.isUnconfigured { Log.notice(Advice.unconfigured(folder).sentence) }

        do throws(SystemError) {
            // First: two stations that start at the same instant are told apart by the port alone.
            let sockets = try PortSockets(
                listen: listen, port: config.network.port)
            // After the port is taken, so that the drafts of a running daemon are left alone.
            PairedPeer.removeLeftovers(PeerFiles(read.sources, in: config.paths))
            try FileStore.makeDirectory(config.paths.runtime, mode: 0o755)
            let server = try ControlServer(
                path: config.paths.controlSocket, group: Environment.groupID(of: "intercom"),
                administrators: Environment.groupID(of: Right.administrators))
            let rings = try Rings()
            let (dataSocket, straySocket) = (sockets.data.fd, sockets.strays.fd)
            let media = try media(plan, rings, sockets.data, sockets.strays)
            let thread = try RealtimeThread(name: "media", priority: mediaPriority) {
                media.loop.run()
            }
            let facts = ControlLoop.Facts(
                startedAt: startedAt, dataSocket: dataSocket, straySocket: straySocket,
                folder: folder, isRealtime: thread.isRealtime,
                watchdog: ServiceNotifier.watchdogInterval,
                usesAES: AESInstructions.areUsed)
            if !thread.isRealtime { Log.warning("no right to real-time priority; running without") }
            let settings = SettingsInUse(read, directory: directory, routing: routing, plan: plan)
            let links = Links(socket: sockets.handshake, initiations: sockets.initiations)
            let switchboard = Switchboard(
                known: directory.numbers, targets: routing.targets, channels: routing.channels,
                firstMids: directory.numbers.map { _ in randomMid() },
                frames: LossProtection.Frames(plan), at: startedAt)
            let control = try ControlLoop(
                settings, rings: rings, facts: facts, links: links,
                cores: Cores(table, switchboard), server: server, signals: signals)
            return Whole(control: control, thread: thread)
        } catch {
            throw Failure(text: error.description)
        }
    }

    /// Hides the keys in memory; must come before any key is read; only logs a failure.
    private static func hideMemory() {
        do throws(SystemError) {
            try ProcessHardening.hideMemory()
        } catch { Log.warning("the keys in memory are not hidden from other programs: \(error)") }
    }

    private static func directory(
        _ config: Config, _ table: inout PeerTable, at now: Instant
    ) throws(Failure) -> PeerDirectory {
        let files = try StationFiles(config, in: config.paths, own: table.publicKey)
        var numbers: [Int] = []
        for place in config.peers.indices {
            numbers.append(files.add(place, to: &table, at: now))
        }
        var directory = PeerDirectory()
        directory.configure(config.peers, keys: files.keys, numbers: numbers)
        return directory
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
        _ plan: MediaPlan, _ rings: Rings, _ socket: consuming UDPSocket,
        _ strays: consuming UDPSocket
    ) throws(SystemError) -> MediaThread {
        let sequences = plan.targets.map { _ in randomSequence() }
        do throws(MediaError) {
            return MediaThread(
                try MediaLoop(
                    plan: plan, rings: rings, socket: socket, strays: strays,
                    firstSequences: sequences))
        } catch {
            switch error {
            case .system(let error): throw error
            case .opus(let error): preconditionFailure("\(error)")
            }
        }
    }

    /// Returns the first number of a peer's numbered records.
    static func randomMid() -> UInt32 { UInt32(truncatingIfNeeded: random()) }

    /// Returns the first sequence number of a stream's packets.
    static func randomSequence() -> UInt16 { UInt16(truncatingIfNeeded: random()) }

    /// Makes a UUIDv7 (RFC 9562 §5.7): ordered by the wall clock, else random.
    static func callID() -> CallID {
        let time = UInt64(Clock.wallMilliseconds())
        let high = time << 16 | 0x7000 | random() & 0x0FFF
        return CallID(high: high, low: random() & (1 << 62 - 1) | 1 << 63)
    }

    static func random() -> UInt64 {
        var bytes = InlineArray<8, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        Random.fill(&span)
        var value: UInt64 = 0
        for index in bytes.indices { value = value << 8 | UInt64(bytes[index]) }
        return value
    }
}

extension SessionLimits {
    /// The protocol's limits; the `[session]` settings can only shorten the life of keys.
    init(_ config: Config) {
        self.init()
        let settings = config.session
        rekeyPackets = min(rekeyPackets, UInt64(settings.rekeyPackets))
        guard settings.rekeyAfter < rekeyInitiator else { return }
        // The responder waits a quarter longer, as in production.
        rekeyInitiator = settings.rekeyAfter
        rekeyResponder = settings.rekeyAfter * 5 / 4
    }
}

extension Config.Peer {
    /// The ciphers of its sessions.
    var suiteChoice: SuiteChoice {
        SuiteChoice(suite.flatMap { Suite(rawValue: $0) }, usesAES: AESInstructions.areUsed)
    }
}

/// The command line of `intercomd`.
struct Options {
    var folder = ConfigFolder.standard
    /// Whether only to switch off the relays of a daemon that has ended.
    var switchesRelaysOff = false

    /// The task in place of running.
    enum Instead: Error, Equatable {
        case help
        case version
        case selfTest
        /// The fault of an invalid command line.
        case usage(String)
    }

    static let help = """
        usage: intercomd [--config DIR]

        Runs this machine's intercom station. Settings are in DIR (/etc/intercomd), see
        intercomd.conf(5); intercomctl(1) shows what it does.

          --config DIR   read settings from DIR instead
          --relays-off   switch off the relays that a stopped intercomd left on
          --self-test    try the program and its libraries on this machine
          --version      print the version
          --help         print this

        """

    init(_ arguments: [String]) throws(Instead) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": throw .help
            case "--version": throw .version
            case "--self-test": throw .selfTest
            case "--relays-off": switchesRelaysOff = true
            case "--config":
                guard let folder = rest.popFirst() else { throw .usage("--config needs a folder") }
                self.folder = folder
            default:
                throw .usage("'\(argument)' is not an option of intercomd")
            }
        }
    }
}
