internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// Pairing with another station by a code, one at a time (protocol.md §4.1).
///
/// `Pairing` decides. This owner carries its bytes, writes the new peer, and gives other owners
/// their tasks as `Order`s.
///
/// Each attempt stretches the code on the control loop: for a tenth of a second on a fast
/// processor, by estimate for one or two seconds on the slowest. A stranger can cause three
/// attempts a window, the person here three for a code. The watchdog waits for ten seconds, and the
/// media loop is not disturbed, so a thread of its own would bring nothing.
///
/// `Pairings+Ending` writes the new peer, and reports the results.
struct Pairings: ~Copyable {
    /// A task for the other owners of the control loop.
    enum Order {
        case tell(PairingReport, ProgramTicket)
        /// News for the person at the talk button.
        case say(SpokenWord, isOver: Bool)
        /// The last reply to the caller.
        case answer(Reply, ProgramTicket)
        case publish(Event)
        case lookUp(PeerAddress)
        /// Announces this TCP port to the neighbours; nil ends that.
        case showOnLAN(UInt16?)
        /// Begins or ends the search for neighbours that announce a port.
        case seek(Bool)
    }

    /// How long a written peer may take to come into use before the person learns of the delay.
    static let usePatience = Duration.seconds(5)
    /// How long the lookup of a name may take.
    private static let lookUpPatience = Duration.seconds(20)
    /// How long a search of the LAN waits for the first answer.
    private static let searchPatience = Duration.seconds(3)
    /// How long other stations may answer after the first.
    private static let gathering = Duration.seconds(1)

    /// Counted since the start: streams from something that is no station, and failed attempts.
    var strangers = 0
    var failedAttempts = 0
    /// The last station met that has this station's own key, and the time.
    var copy: (place: String, metAt: Instant)?

    var core: Pairing
    var port = PairingPort()
    var job: PairingJob?
    /// The code that was typed, before the place to try it is known.
    var typed: PairingCode?
    var storing: Storing?
    var isOffered = false
    private var orders: [Order] = []
    /// Writes the files of peers, one after the other.
    let writer: WorkChain

    init(usesAES: Bool, writer: WorkChain) {
        self.writer = writer
        core = Pairing(suites: OfferedSuites(withAES: usesAES))
    }

    /// Whether a pairing or a write is under way, so that `tick` is needed.
    var isBusy: Bool { job != nil || storing != nil }

    /// The program that waits.
    var caller: ProgramTicket? { job?.caller }

    /// Whether a peer is written and not in use yet.
    var hasUnused: Bool { job?.written != nil }

    /// The pairing under way, for `status`.
    var status: PairingStatus {
        var status = PairingStatus()
        guard let job else { return status }
        status.state = job.isEntering ? .entering : .showing
        status.asker = job.asker.text
        return status
    }

    /// The address of a station that has this station's own key; nil when none was met lately.
    func copy(at now: Instant) -> String? {
        copy.flatMap { now < $0.metAt + .seconds(600) ? $0.place : nil }
    }

    mutating func nextOrder() -> Order? {
        orders.isEmpty ? nil : orders.removeFirst()
    }

    mutating func order(_ order: Order) { orders.append(order) }

    /// Reports progress to the program that waits.
    mutating func tell(_ report: PairingReport) {
        if let caller { order(.tell(report, caller)) }
    }

    // MARK: The beginning

    /// Begins a pairing for a caller, who receives the reports.
    ///
    /// - Returns: The first answer where it is known at once.
    mutating func begin(
        _ request: PairRequest, for caller: ProgramTicket, by asker: Asker, _ own: OwnStation,
        at now: Instant
    ) -> Reply? {
        var job = PairingJob(caller: caller, asker: asker, own: own)
        (job.name, job.takesBack, job.host) = (request.name, request.takesBack, request.host)
        do throws(ControlError) {
            if let code = request.code, isShown(code) {
                throw ControlError(
                    .failed, "this is the station that shows that code: type it at the other one")
            }
            try check(name: request.name)
            guard let code = request.code else { return try show(for: job, at: now) }
            try enter(code, for: job, at: now)
            return nil
        } catch { return .refused(error) }
    }

    /// Whether a person has typed the code at the station that shows it.
    private func isShown(_ typed: String) -> Bool {
        guard job?.isEntering == false else { return false }
        do throws(PairingCode.Fault) {
            return core.isBy(try PairingCode(typed: typed))
        } catch { return false }
    }

    /// - Throws: Why no pairing can begin now.
    private func check(name: String?) throws(ControlError) {
        if let job {
            throw ControlError(
                .failed,
                "\(job.asker.text) is already pairing here: wait, or "
                    + (job.caller == nil ? "press it once" : "press Ctrl-C there"))
        }
        guard let name, !isName(name) else { return }
        throw ControlError(.failed, "\"\(name)\" is not a name: \(nameForm(near: name))")
    }

    /// Shows a code to a person at a screen.
    private mutating func show(
        for job: PairingJob, at now: Instant
    ) throws(ControlError) -> Reply {
        let code = PairingCode.random()
        let shown = code.shown
        let end = try open(code, for: job, at: now)
        let seconds = (end - now).components.seconds
        var report = PairingReport(.code, "the code is \(shown), for \(seconds / 60) minutes")
        report.code = shown
        report.hosts = job.own.hosts
        report.port = Int(job.own.config.network.port)
        report.isAnnounced = job.own.isOnLAN
        report.seconds = Int(seconds)
        return .pairing(report)
    }

    /// Opens a window for a code; none may be open.
    ///
    /// - Returns: When it closes.
    private mutating func open(
        _ code: consuming PairingCode, for job: PairingJob, at now: Instant
    ) throws(ControlError) -> Instant {
        let card = job.own.card
        let network = job.own.config.network
        do throws(SystemError) {
            try port.open(at: job.own.listen, port: network.port)
        } catch { throw ControlError(.failed, error.description) }
        let isAtScreen = job.caller != nil
        guard let end = core.show(code, as: card, isAtScreen: isAtScreen, at: now) else {
            port.close()
            throw ControlError(.busy, "codes rest after wrong ones")
        }
        self.job = job
        isOffered = job.own.isOnLAN
        if isOffered { order(.showOnLAN(network.port)) }
        return end
    }

    /// Opens a window for six digits, which a person without a screen hears (`ButtonPairing`).
    mutating func open(
        by button: Asker, _ own: OwnStation, at now: Instant
    ) throws(ControlError) -> PairingCode {
        guard !isBusy else { throw ControlError(.busy, "a pairing is under way") }
        let code = PairingCode.randomDigits()
        _ = try open(code.copy(), for: PairingJob(asker: button, own: own), at: now)
        return code
    }

    /// Tries the digits that such a person has typed.
    mutating func enter(
        _ digits: String, by button: Asker, _ own: OwnStation, at now: Instant
    ) throws(ControlError) {
        guard !isBusy else { throw ControlError(.busy, "a pairing is under way") }
        try enter(digits, for: PairingJob(asker: button, own: own), at: now)
    }

    /// Tries a code at a host, or at the stations found on the LAN.
    private mutating func enter(
        _ text: String, for job: PairingJob, at now: Instant
    ) throws(ControlError) {
        let code: PairingCode
        do throws(PairingCode.Fault) {
            code = try PairingCode(typed: text)
        } catch { throw ControlError(.failed, "the code is wrong: \(error)") }
        var job = job
        job.isEntering = true
        guard let host = job.host else {
            guard job.own.isOnLAN else {
                throw ControlError(.failed, Self.unsearched(job.own.config.network))
            }
            job.search = (nil, now)
            self.job = job
            typed = consume code
            order(.seek(true))
            return tell(PairingReport(.searching, "looking for a station that shows a code"))
        }
        if let complaint = PeerAddress.complaint(about: host) {
            throw ControlError(.failed, "\(complaint); an address is HOST or HOST:PORT")
        }
        guard let address = PeerAddress(text: host) else {
            throw ControlError(.failed, "\"\(host)\" is no address")
        }
        job.search = (address, now)
        self.job = job
        typed = consume code
        guard let place = SocketAddress(host: address.host, port: address.port) else {
            return order(.lookUp(address))
        }
        tryCode(at: [[Endpoint(place)]], at: now)
    }

    /// Explains why there is no search, with the remedy.
    private static func unsearched(_ network: Config.Network) -> String {
        let search = "cannot search for the station that shows the code"
        // An address would not help.
        if let ownTrouble { return "\(search): \(ownTrouble)" }
        let why = network.discovery ? "this machine has no LAN" : "discovery = no in [network]"
        return "\(search) (\(why)): pair HOST CODE, with an address of that station"
    }

    /// The fault that cuts this machine off from every other, with the remedy; nil where there is
    /// none.
    static var ownFault: String? {
        NetworkInterface.all().flatMap { NetworkFault($0, for: [.ipv4, .ipv6]) }
            .map { "\($0.text); \($0.fix)" }
    }

    static var ownTrouble: String? { ownFault.map { "\($0); then type this again" } }

    // MARK: Where a typed code is tried

    /// Whether stations that show a code are searched for on the LAN (protocol.md §1.9).
    var isSearching: Bool { job?.search.map { $0.address == nil } ?? false }

    /// Takes the result of a lookup.
    mutating func lookedUp(
        _ addresses: [PeerAddress], _ endpoints: [Endpoint], at now: Instant
    ) {
        guard let address = job?.search?.address else { return }
        // The result may be for a former pairing, which was given up.
        guard addresses == [address] else { return order(.lookUp(address)) }
        guard !endpoints.isEmpty else {
            return fail(
                "unreachable",
                "there is no host \(address.host), or no name server answers: type its address")
        }
        tryCode(at: [endpoints], at: now)
    }

    /// Tries the code at the stations found, once others have had their time to answer.
    mutating func found(_ stations: [[Endpoint]], at now: Instant) {
        guard isSearching, let began = job?.search?.began, now >= began + Self.gathering else {
            return
        }
        if stations.isEmpty {
            guard now >= began + Self.searchPatience else { return }
            return fail(
                "not_found",
                "no station on this LAN shows a code now: \(Self.endsOfCodes); if it shows one,"
                    + " type its address, too: pair HOST CODE")
        }
        order(.seek(false))
        tryCode(at: stations, at: now)
    }

    /// Tries the typed code at these boxes, one after the other.
    private mutating func tryCode(at boxes: [[Endpoint]], at now: Instant) {
        guard let job, let code = typed.take() else { return }
        self.job?.search = nil
        perform(core.enter(code, at: boxes, as: job.own.card, at: now), at: now)
    }

    // MARK: Streams and time

    /// Returns the latest time for the next call of `tick`.
    func deadline(at now: Instant) -> Instant? {
        if let storing { return storing.work.look(at: now) }
        guard let job else { return nil }
        if let written = job.written { return written.end }
        guard let began = job.search?.began else { return core.deadline(at: now) }
        guard isSearching else { return began + Self.lookUpPatience }
        let gathered = began + Self.gathering
        return now < gathered ? gathered : began + Self.searchPatience
    }

    /// Serves the port or the stream.
    mutating func serve(_ part: PairingPort.Part, _ own: OwnStation, at now: Instant) {
        guard job != nil, !hasUnused else { return }
        job?.own = own
        switch part {
        case .port:
            if core.hasRoom(at: now), port.accept() != nil { core.accepted(at: now) }
        case .stream:
            switch port.take() {
            case .nothing: break
            case .connected:
                if let place = port.other { job?.answered.append(place.asTyped) }
                perform(core.connected(at: now), at: now)
            case .bytes(let bytes): perform(core.receive(bytes.span, at: now), at: now)
            case .ended(let isInOrder, let error):
                if let error { noteRefusal(error, by: port.other) }
                perform(core.ended(isInOrder: isInOrder, at: now), at: now)
            }
        }
    }

    /// Lets time pass.
    mutating func tick(_ own: OwnStation, at now: Instant) {
        job?.own = own
        tickStoring(at: now)
        guard let job, storing?.step != .commit else { return }
        if let written = job.written {
            guard now >= written.end else { return }
            return used(because: "other settings are still being taken over")
        }
        if let host = job.host, let began = job.search?.began, now >= began + Self.lookUpPatience {
            return fail("unreachable", "the address of \(host) was not found in time")
        }
        while self.job != nil, let due = core.deadline(at: now), now >= due {
            perform(core.tick(at: now), at: now)
        }
    }

    /// Gives `watch` the descriptors and events that the loop waits for.
    mutating func awaitWhatIsNext(
        at now: Instant, _ watch: (PairingPort.Part, Int32, UInt32, _ isNew: Bool) -> Void
    ) {
        port.awaitWhatIsNext(hasRoom: core.hasRoom(at: now), watch)
    }

    private mutating func perform(_ step: consuming Pairing.Step, at now: Instant) {
        switch consume step {
        case .wait: break
        case .connect(let endpoint): connect(to: SocketAddress(endpoint), at: now)
        case .send(let message): send(message, at: now)
        case .prepare(let paired): store(paired, .prepare)
        case .paired(let paired):
            if job?.isEntering == false { job?.host = port.other?.host ?? "?" }
            store(paired, .commit)
        case .failed(let failure): failed(failure, at: now)
        }
    }

    private mutating func connect(to place: SocketAddress, at now: Instant) {
        port.hangUp()
        do throws(SystemError) {
            try port.connect(to: place, from: job?.own.listen)
        } catch {
            noteRefusal(error, by: place)
            return perform(core.ended(isInOrder: false, at: now), at: now)
        }
        if job?.firstTried == nil { job?.firstTried = place.asTyped }
        var report = PairingReport(.trying, "trying the code at \(place)")
        report.host = place.host
        tell(report)
    }

    private mutating func noteRefusal(_ error: SystemError, by place: SocketAddress?) {
        job?.connectionError = error
        if error.errno == SystemError.refused, let place { job?.answered.append(place.asTyped) }
    }

    mutating func send(_ message: [UInt8], at now: Instant) {
        if !port.send(message) { perform(core.ended(isInOrder: false, at: now), at: now) }
    }
}

/// A pairing under way: the person or program that asked, and the findings so far.
struct PairingJob {
    /// The program that waits, whose end ends the pairing; nil for the talk button.
    var caller: ProgramTicket?
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
    /// The wait for the place to try the typed code: the name to look up, or nil where stations
    /// that show a code are searched for on the LAN; and its beginning.
    var search: (address: PeerAddress?, began: Instant)?
    /// The address at which the code was tried first: of several of a box, the one people know.
    var firstTried: String?
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
    func event(
        _ kind: Event.Kind, at host: String?, _ detail: String, cause: String? = nil
    ) -> Event {
        var event = Event(kind, at: 0)
        event.cause = cause
        (event.asker, event.user) = (asker.name, asker.user)
        event.target = host
        event.detail = detail
        return event
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
    /// The peers that have a session now, with their addresses.
    let up: [(key: PublicKey, host: String)]

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
}
