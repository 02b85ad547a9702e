internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// The side on which a code was typed.
extension Pairings {
    /// A name that is being looked up, and the code that is tried there.
    struct LookUp: ~Copyable {
        let address: PeerAddress
        let code: PairingCode
        let end: Instant
    }

    /// How long the lookup of a name may take.
    private static let lookUpPatience = Duration.seconds(20)

    /// Tries a code at a host.
    ///
    /// - Returns: Why not; nil where the answer comes later.
    mutating func enter(
        _ typed: String, for job: PairingJob, on ground: PairingGround, at now: Instant
    ) -> Reply? {
        let code: PairingCode
        do throws(PairingCode.Fault) {
            code = try PairingCode(typed: typed)
        } catch { return .refused(ControlError(.failed, "the code is wrong: \(error)")) }
        guard let host = job.host else { return search(for: job, code, on: ground, at: now) }
        if host.utf8.contains(UInt8(ascii: ",")) {
            return enter(code, at: host, for: job, on: ground, at: now)
        }
        if let complaint = PeerAddress.complaint(about: host) {
            return .refused(
                ControlError(.failed, "\(complaint); an address is HOST or HOST:PORT"))
        }
        guard let address = PeerAddress(text: host) else {
            return .refused(ControlError(.failed, "\"\(host)\" is no address"))
        }
        self.job = job
        if let place = SocketAddress(host: address.host, port: address.port) {
            set(out: code, to: [.init([Endpoint(place)])], on: ground, at: now)
        } else {
            lookUp = LookUp(address: address, code: code, end: now + Self.lookUpPatience)
            order(.lookUp(address))
        }
        return nil
    }

    /// Tries a code at a station that has several addresses.
    private mutating func enter(
        _ code: consuming PairingCode, at hosts: String, for job: PairingJob,
        on ground: PairingGround, at now: Instant
    ) -> Reply? {
        var endpoints: [Endpoint] = []
        for host in hosts.split(separator: ",").prefix(Limits.addresses) {
            guard let address = PeerAddress(text: String(host)),
                let place = SocketAddress(host: address.host, port: address.port)
            else {
                return .refused(
                    ControlError(.failed, "of several hosts, \"\(host)\" is no address"))
            }
            endpoints.append(Endpoint(place))
        }
        // The address of the peer is the one at which it answers.
        self.job = job
        self.job?.host = nil
        set(out: code, to: [.init(endpoints)], on: ground, at: now)
        return nil
    }

    var lookUpEnd: Instant? {
        switch lookUp {
        case .some(let lookUp): lookUp.end
        case .none: nil
        }
    }

    /// A name was looked up.
    mutating func lookedUp(
        _ addresses: [PeerAddress], _ endpoints: [Endpoint], on ground: PairingGround,
        at now: Instant
    ) {
        guard let lookUp = lookUp.take() else { return }
        let address = lookUp.address
        guard addresses == [address] else {
            // The answer is for a former pairing, which was given up.
            order(.lookUp(address))
            self.lookUp = consume lookUp
            return
        }
        guard !endpoints.isEmpty else {
            return fail(
                "unreachable",
                "there is no host \(address.host), or no name server answers: type its address")
        }
        set(out: lookUp.leave(), to: [.init(endpoints)], on: ground, at: now)
    }

    /// Tries the code at these boxes, one after the other.
    mutating func set(
        out code: consuming PairingCode, to boxes: [PairingErrand.Box], on ground: PairingGround,
        at now: Instant
    ) {
        guard let card = ground.card else {
            return fail("refused", "\(ground.config.station.name) is no name for a station")
        }
        var errand = PairingErrand(code, at: boxes, card: card, suites: suites)
        let step = errand.begin(at: now)
        self.errand = consume errand
        follow(step, on: ground, at: now)
    }

    /// The stream has brought something.
    mutating func take(
        _ arrival: PairingPort.Arrival, on ground: PairingGround, at now: Instant
    ) {
        guard var errand = errand.take() else { return }
        let step: PairingErrand.Step
        switch arrival {
        case .nothing: step = .wait
        case .connected: step = errand.connected(at: now)
        case .bytes(let bytes): step = errand.take(bytes.span, at: now)
        case .ended(_, let error):
            if let error { job?.connectionError = error.description }
            step = errand.left(at: now)
        }
        self.errand = consume errand
        follow(step, on: ground, at: now)
    }

    mutating func tickEntering(on ground: PairingGround, at now: Instant) {
        if let end = lookUpEnd, now >= end, let host = job?.host {
            return fail("unreachable", "the address of \(host) was not found in time")
        }
        guard var errand = errand.take() else { return }
        let step = errand.tick(at: now)
        self.errand = consume errand
        follow(step, on: ground, at: now)
    }

    private mutating func follow(
        _ step: consuming PairingErrand.Step, on ground: PairingGround, at now: Instant
    ) {
        switch consume step {
        case .wait: break
        case .connect(let endpoint):
            let place = SocketAddress(endpoint)
            port.hangUp()
            do throws(SystemError) {
                try port.connect(to: place, from: ground.listen)
            } catch {
                take(.ended(isInOrder: false, error), on: ground, at: now)
                return
            }
            var report = PairingReport(.trying, "trying the code at \(place)")
            report.host = place.host
            tell(report)
        case .send(let message):
            if !port.send(message) {
                take(.ended(isInOrder: false, nil), on: ground, at: now)
            }
        case .paired(let paired, at: let endpoint):
            let address = job?.host ?? SocketAddress(endpoint).asTyped
            begin(
                .commit, Candidate(card: paired.peer, suite: paired.suite, address: address),
                psk: paired.psk, on: ground)
        case .failed(let failure):
            let host = job?.host ?? port.other?.asTyped ?? "the other station"
            var text = failure.text(of: host, reason: job?.connectionError)
            if let found = job?.found, found > PairingErrand.boxesMost {
                text +=
                    "; of \(found) stations that show codes \(PairingErrand.boxesMost) were tried:"
                    + " for a certain one, pair HOST CODE"
            }
            fail(failure.cause, text)
        }
    }
}

extension Pairings.LookUp {
    consuming fileprivate func leave() -> PairingCode { code }
}
