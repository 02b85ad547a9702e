internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// The side that shows a code.
extension Pairings {
    /// Shows a code to a person at a screen.
    mutating func show(for job: PairingJob, on ground: PairingGround, at now: Instant) -> Reply {
        let code = PairingCode.random()
        let shown = code.shown
        let end: Instant
        do throws(ControlError) {
            end = try open(code, for: job, on: ground, at: now)
        } catch { return .refused(error) }
        let seconds = (end - now).components.seconds
        var report = PairingReport(.code, "the code is \(shown), for \(seconds / 60) minutes")
        report.code = shown
        report.hosts = ground.hosts
        report.port = Int(ground.config.network.port)
        report.isAnnounced = ground.isOnLAN
        report.seconds = Int(seconds)
        return .pairing(report)
    }

    /// Opens a window for a code; none may be open.
    ///
    /// - Returns: When it closes.
    mutating func open(
        _ code: consuming PairingCode, for job: PairingJob, on ground: PairingGround,
        at now: Instant
    ) throws(ControlError) -> Instant {
        guard let card = ground.card else {
            throw ControlError(.failed, "\(ground.config.station.name) is no name for a station")
        }
        do throws(SystemError) {
            try port.open(at: ground.listen, port: ground.config.network.port)
        } catch { throw ControlError(.failed, error.description) }
        let isAtScreen = job.caller != nil
        guard let end = desk.show(code, as: card, isAtScreen: isAtScreen, at: now) else {
            port.close()
            throw ControlError(.busy, "codes rest after wrong ones")
        }
        self.job = job
        if ground.isOnLAN { offer(ground.config.network.port) }
        return end
    }

    /// The stream of a station that has connected has brought something.
    mutating func show(
        _ arrival: PairingPort.Arrival, on ground: PairingGround, at now: Instant
    ) {
        switch arrival {
        case .nothing, .connected: break
        case .bytes(let bytes): follow(desk.take(bytes.span, at: now), on: ground, at: now)
        case .ended(let isInOrder, _): left(isInOrder: isInOrder, on: ground, at: now)
        }
    }

    mutating func tickShowing(on ground: PairingGround, at now: Instant) {
        while job != nil {
            switch desk.tick(at: now) {
            case .nothing: return
            case .over(let result): over(result, on: ground, at: now)
            case .timedOut:
                return fail("timed_out", "the code was not typed within two minutes")
            }
        }
    }

    private mutating func follow(
        _ step: consuming PairingDesk.Step, on ground: PairingGround, at now: Instant
    ) {
        switch consume step {
        case .wait: break
        case .send(let message): send(message, on: ground, at: now)
        case .judge(let card, let suite):
            // It gets P4 only when this station can store it, as it stores this one then.
            guard let psk = desk.psk else { return }
            begin(.prepare, candidate(card, suite), psk: psk, on: ground)
        case .over(let result): over(result, on: ground, at: now)
        }
    }

    mutating func send(_ message: [UInt8], on ground: PairingGround, at now: Instant) {
        if !port.send(message) { left(isInOrder: false, on: ground, at: now) }
    }

    private mutating func left(isInOrder: Bool, on ground: PairingGround, at now: Instant) {
        if let result = desk.left(isInOrder: isInOrder, at: now) {
            over(result, on: ground, at: now)
        }
    }

    /// A try is over.
    private mutating func over(
        _ result: consuming PairingDesk.Try, on ground: PairingGround, at now: Instant
    ) {
        let host = port.other?.host ?? "?"
        switch consume result {
        case .stranger:
            strangers += 1
            job?.strangers += 1
            guard let told = job?.strangers, told <= PairingJob.strangersTold else { break }
            attempt("something at \(host) connected, and was no station that pairs", at: host)
        case .wrongCode(let left):
            failedAttempts += 1
            let text = "a station at \(host) tried to pair, and did not prove the code"
            attempt(text, at: host, left: left, cause: "wrong_code")
            guard left == 0 else { break }
            fail(
                "burnt",
                "three attempts failed, so this code is no longer valid; run \"intercomctl pair\""
                    + " again")
        case .unfinished(let left):
            withdraw()
            attempt(
                "\(host) had the code, but did not finish; nothing is changed here", at: host,
                cause: "unfinished")
            guard left == 0 else { break }
            fail(
                "used_up",
                "the code was used \(PairingWindow.unfinishedMost) times in vain, so it is no"
                    + " longer valid; run \"intercomctl pair\" again")
        case .refused(let failure): fail("refused", failure.textWhereShown(of: host))
        case .paired(let paired):
            if job?.host == nil { job?.host = host }
            begin(.commit, candidate(paired.peer, paired.suite), psk: paired.psk, on: ground)
        }
        port.hangUp()
    }

    /// Tells of an attempt: the person, and with a cause everybody.
    private mutating func attempt(
        _ text: String, at host: String, left: Int? = nil, cause: String? = nil
    ) {
        guard let job else { return }
        var report = PairingReport(.attempt, text)
        report.host = host
        report.attemptsLeft = left
        tell(report)
        guard let cause else { return }
        if job.caller == nil, left != 0 { order(.say(.attempt)) }
        var event = job.event(.pairingFailed, at: host, text)
        event.cause = cause
        order(.announce(event))
    }

    /// The other station at the address from which it has connected, with its own port, where it
    /// receives.
    private func candidate(_ card: PairingCard, _ suite: Suite) -> Candidate {
        let own = card.capabilities.flags
        let address = port.other.map {
            SocketAddress(
                high: $0.high, low: $0.low, port: own == 0 ? PeerAddress.defaultPort : own,
                scope: $0.scope
            ).asTyped
        }
        return Candidate(card: card, suite: suite, address: address ?? "")
    }
}
