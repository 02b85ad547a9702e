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
/// `PairingDesk` decides where a code is shown, `PairingErrand` where one is tried. This owner
/// carries their bytes, writes the new peer, and puts what others have to do into `Order`s.
///
/// Each try stretches the code on the control loop: a tenth of a second on a fast processor, by
/// estimate one or two on the slowest. A stranger can make it do so three times a window, the
/// person here three times an errand. The watchdog waits for ten seconds, and the media loop does
/// not notice: a thread of its own would be of no use.
///
/// - `Pairings+Showing` is the side that shows a code, `Pairings+Entering` the other one;
///   `Pairings+Storing` has the new peer written.
struct Pairings: ~Copyable {
    /// A task for the other owners of the control loop.
    enum Order {
        case tell(PairingReport, CallerTicket)
        /// News for the person at the talk button.
        case say(ButtonPairing.Outcome)
        /// The last thing that the caller is told.
        case answer(Reply, CallerTicket)
        case announce(Event)
        case lookUp(PeerAddress)
        /// Lets the neighbours find this TCP port; none with nil.
        case offer(UInt16?)
        /// Looks for neighbours that offer one.
        case seek(Bool)
    }

    /// How long a written peer may take to come into use before the person is told.
    static let usePatience = Duration.seconds(5)

    /// Counted since the start: streams that were no station's, and attempts that have failed.
    var strangers = 0
    var failedAttempts = 0

    var desk: PairingDesk
    var errand: PairingErrand?
    var port = PairingPort()
    var job: PairingJob?
    /// A name that is being looked up, with the code that is tried there.
    var lookUp: LookUp?
    /// A code that is to be tried at whatever is found on the LAN.
    var search: Search?
    var storing: Storing?
    private var isOffered = false
    private var orders: [Order] = []

    let suites: OfferedSuites
    /// Writes the files of peers, one after the other.
    let writer: WorkChain

    init(usesAES: Bool, writer: WorkChain) {
        self.writer = writer
        suites = OfferedSuites(withAES: usesAES)
        desk = PairingDesk(suites: suites)
    }

    /// Whether anything is under way, so that time must be let pass.
    var isBusy: Bool { job != nil || storing != nil }

    /// The program that waits.
    var caller: CallerTicket? { job?.caller }

    /// A peer is written and not in use yet.
    var hasUnused: Bool { job?.written != nil }

    /// The pairing under way, for `status`.
    var status: PairingStatus {
        var status = PairingStatus()
        guard let job else { return status }
        let isEntering = errand != nil || lookUp != nil || search != nil
        status.state = isEntering ? .entering : .showing
        status.asker = job.asker.text
        return status
    }

    mutating func nextOrder() -> Order? {
        orders.isEmpty ? nil : orders.removeFirst()
    }

    mutating func order(_ order: Order) { orders.append(order) }

    /// Tells the program that waits what happens.
    mutating func tell(_ report: PairingReport) {
        if let caller { order(.tell(report, caller)) }
    }

    /// Lets the neighbours find the window at this port.
    mutating func offer(_ port: UInt16) {
        isOffered = true
        order(.offer(port))
    }

    /// Begins to pair for a caller, who is told what happens.
    ///
    /// - Returns: The first answer where it can be given at once.
    mutating func begin(
        _ request: PairRequest, for caller: CallerTicket, by asker: Asker,
        on ground: PairingGround, at now: Instant
    ) -> Reply? {
        switch request {
        case .show(let name, let takesBack):
            if let obstacle = obstacle(name: name) { return obstacle }
            return show(
                for: PairingJob(caller: caller, asker: asker, name: name, takesBack: takesBack),
                on: ground, at: now)
        case .enter(let code, let host, let name, let takesBack):
            if let obstacle = obstacle(name: name) { return obstacle }
            let job = PairingJob(
                caller: caller, asker: asker, name: name, takesBack: takesBack, host: host)
            return enter(code, for: job, on: ground, at: now)
        }
    }

    /// Why nothing can begin now; nil where it can.
    func obstacle(name: String? = nil) -> Reply? {
        if let job {
            return .refused(
                ControlError(
                    .failed,
                    "\(job.asker.text) is already pairing here: wait, or "
                        + (job.caller == nil ? "press it once" : "press Ctrl-C there")))
        }
        guard let name, !isName(name) else { return nil }
        let nearest = nearestName(to: name).map { "; try \"\($0)\"" } ?? ""
        return .refused(
            ControlError(.failed, "\"\(name)\" is not a name: \(nameForm)\(nearest)"))
    }

    /// When to call `tick` at the latest.
    func deadline(at now: Instant) -> Instant? {
        if let storing { return storing.work.look(at: now) }
        guard let job else { return nil }
        if let written = job.written { return written.end }
        if let lookUp = lookUpEnd { return lookUp }
        if let search = searchDeadline(at: now) { return search }
        switch errand {
        case .some(let errand): return errand.deadline
        case .none: return desk.deadline(at: now)
        }
    }

    /// Something has come.
    mutating func serve(_ part: PairingPort.Part, on ground: PairingGround, at now: Instant) {
        guard let job, job.written == nil else { return }
        switch part {
        case .port:
            if desk.hasRoom(at: now), port.accept() != nil { desk.enter(at: now) }
        case .stream:
            let arrival = port.take()
            if isOnErrand {
                take(arrival, on: ground, at: now)
            } else {
                show(arrival, on: ground, at: now)
            }
        }
    }

    private var isOnErrand: Bool {
        switch errand {
        case .some: true
        case .none: false
        }
    }

    /// Lets time pass.
    mutating func tick(on ground: PairingGround, at now: Instant) {
        tickStoring(on: ground, at: now)
        guard let job, storing?.step != .commit else { return }
        if let written = job.written {
            guard now >= written.end else { return }
            return used(because: "other settings are still being taken over")
        }
        tickEntering(on: ground, at: now)
        tickShowing(on: ground, at: now)
    }

    /// Tells `watch` what the loop waits for.
    mutating func awaitWhatIsNext(
        at now: Instant, _ watch: (PairingPort.Part, Int32, UInt32, _ isNew: Bool) -> Void
    ) {
        port.awaitWhatIsNext(hasRoom: desk.hasRoom(at: now), watch)
    }

    /// The peer that was written is in use, or is not, because of something.
    mutating func used(because problem: String? = nil) {
        guard let job, let peer = job.written?.peer else { return }
        let text = "paired with \(peer.name)"
        var report = PairingReport(.paired, text)
        report.name = peer.name
        report.called = peer.called
        report.former = peer.former
        report.fingerprint = peer.key.fingerprint
        report.isApplied = problem == nil
        report.problem = problem
        var event = job.event(.paired, at: job.host, peer.key.fingerprint)
        event.peer = peer.name
        order(.announce(event))
        end(.pairing(report), .paired)
    }

    /// Ends the pairing in vain: `cause` is for programs, `text` for people.
    mutating func fail(_ cause: String, _ text: String, isNews: Bool = true) {
        guard let job else { return }
        if isNews {
            var event = job.event(
                .pairingFailed, at: port.other?.host ?? job.host,
                text.split(separator: "\n").joined(separator: "; "))
            event.cause = cause
            order(.announce(event))
        }
        let code: ControlError.Code =
            switch cause {
            case "known": .known
            case "declined": .declined
            default: .failed
            }
        end(.refused(ControlError(code, text)), ButtonPairing.Outcome(cause: cause))
    }

    /// The program that asked is gone.
    ///
    /// A peer that is written already, or just now, is used all the same.
    mutating func cancel() {
        guard !hasUnused, storing?.step != .commit else { return }
        close()
    }

    private mutating func end(_ reply: Reply, _ outcome: ButtonPairing.Outcome) {
        guard let job else { return }
        order(job.caller.map { .answer(reply, $0) } ?? .say(outcome))
        close()
    }

    private mutating func close() {
        withdraw()
        desk.close()
        errand = nil
        lookUp = nil
        stopSearching()
        if isOffered { order(.offer(nil)) }
        isOffered = false
        port.close()
        job = nil
    }
}

/// What a person without a screen does by the talk button (`ButtonPairing`).
///
/// The button is the one that asked where a job has no caller.
extension Pairings {
    /// Whether a window opens for six digits.
    enum Opening: ~Copyable {
        case open(PairingCode)
        /// Not now: a pairing is under way, or codes rest after wrong ones.
        case later
        case failed(String)
    }

    /// Opens a window for six digits.
    mutating func open(
        by asker: Asker, on ground: PairingGround, at now: Instant
    ) -> Opening {
        guard !isBusy else { return .later }
        let code = PairingCode.randomDigits()
        do throws(ControlError) {
            _ = try open(
                code.copy(), for: PairingJob(button: asker), on: ground, at: now)
        } catch {
            return error.code == .busy ? .later : .failed(error.text)
        }
        return .open(code)
    }

    /// Tries digits at the station that shows a code.
    ///
    /// - Returns: Why not; nil where the outcome comes later.
    mutating func enter(
        _ digits: String, by asker: Asker, on ground: PairingGround, at now: Instant
    ) -> ControlError? {
        guard !isBusy else {
            return ControlError(.busy, "a pairing is under way")
        }
        guard
            case .refused(let error)? = enter(
                digits, for: PairingJob(button: asker), on: ground, at: now)
        else { return nil }
        return error
    }
}

/// The search for stations that show a code, where one was typed without a host (protocol.md §1.9).
extension Pairings {
    /// What is found, and the code that is tried there.
    struct Search: ~Copyable {
        let code: PairingCode
        let began: Instant

        consuming fileprivate func leave() -> PairingCode { code }
    }

    /// How long others may answer after the first one.
    private static let gathering = Duration.seconds(1)
    /// How long it looks if none answers.
    private static let patience = Duration.seconds(3)

    /// Looks for stations that show a code.
    ///
    /// - Returns: Why not; nil where the answer comes later.
    mutating func search(
        for job: PairingJob, _ code: consuming PairingCode, on ground: PairingGround,
        at now: Instant
    ) -> Reply? {
        guard ground.isOnLAN else {
            return .refused(ControlError(.failed, Self.unsearched(ground.config.network)))
        }
        self.job = job
        search = Search(code: code, began: now)
        order(.seek(true))
        let text = "looking for a station that shows a code"
        tell(PairingReport(.searching, text))
        return nil
    }

    /// Why there is no search, and what to do.
    private static func unsearched(_ network: Config.Network) -> String {
        let search = "cannot search for the station that shows the code"
        let families: [SocketAddress.Family] = [.ipv4, .ipv6]
        // An address would not help.
        if let fault = NetworkFault(NetworkInterface.all() ?? [], for: families) {
            return "\(search): \(fault.text); \(fault.fix); then type this again"
        }
        let why = network.discovery ? "this machine has no LAN" : "discovery = no in [network]"
        return "\(search) (\(why)): pair HOST CODE, with an address of that station"
    }

    private var began: Instant? {
        switch search {
        case .some(let search): search.began
        case .none: nil
        }
    }

    var isSearching: Bool { began != nil }

    /// When to look at what was found.
    func searchDeadline(at now: Instant) -> Instant? {
        guard let began else { return nil }
        return now < began + Self.gathering ? began + Self.gathering : began + Self.patience
    }

    /// Tries the code at the stations that were found, when others have had their time.
    mutating func found(_ stations: [[Endpoint]], on ground: PairingGround, at now: Instant) {
        guard let began, now >= began + Self.gathering else { return }
        if stations.isEmpty {
            guard now >= began + Self.patience else { return }
            return fail(
                "not_found",
                "no station on this LAN shows a code; does \"intercomctl pair\" run there? If it"
                    + " does, type its address, too: pair HOST CODE")
        }
        guard let search = search.take() else { return }
        order(.seek(false))
        job?.found = stations.count
        set(out: search.leave(), to: stations.map { .init($0) }, on: ground, at: now)
    }

    mutating func stopSearching() {
        guard isSearching else { return }
        search = nil
        order(.seek(false))
    }
}
