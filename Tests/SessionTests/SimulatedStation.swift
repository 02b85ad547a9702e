import Crypto
import Time
import Vectors
import VirtualTime
import Wire

@testable import Peering

/// A whole station except for its sound: a peer table, and the media thread simulated.
///
/// The daemon's two threads talk by rings, so here each report and each action takes `lag`.
final class SimulatedStation {
    struct Peer {
        var publicKey: PublicKey
        var psk: [UInt8]?
        var suite = SuiteChoice.aesGCM
        var endpoints: [Endpoint] = []
    }

    enum Happening: Equatable {
        case up(peer: Int, newBoot: Bool)
        case down(peer: Int)
    }

    let network: SimulatedNetwork
    private(set) var endpoint: Endpoint
    let secret: [UInt8]
    let publicKey: PublicKey
    var limits = SessionLimits()
    var lag = Duration.zero
    /// Whether the machine at a closed port reports that no program listens.
    var isProbeAnswered = false
    /// Where a name leads that a station at this address looks up; nil where no peer has a name.
    var names: (_ own: Endpoint) -> [Endpoint]? = { _ in nil }
    var peers: [Peer] = []

    private(set) var table: PeerTable
    private(set) var media: [SimulatedMedia] = []
    private(set) var happenings: [Happening] = []
    private(set) var drops: [Drop] = []
    /// The handshake messages sent, by type.
    private(set) var transmitted: [UInt8: Int] = [:]
    private(set) var isRunning = false
    /// Counts starts; anything an earlier run had planned is void.
    private var run = 0
    private var wakeAt: Instant?

    init(_ network: SimulatedNetwork, at endpoint: Endpoint, secret: [UInt8]) {
        self.network = network
        self.endpoint = endpoint
        self.secret = secret
        let own = key(secret)
        publicKey = X25519.publicKey(of: own)
        table = PeerTable(identity: own, bootID: 0, random: network.randomSource())
    }

    // MARK: Life

    /// Starts the daemon; a running one is killed first, without a goodbye.
    func start() {
        stop()
        isRunning = true
        run += 1
        network.stations[endpoint] = self
        table = PeerTable(
            identity: key(secret), bootID: network.random(.max), limits: limits,
            random: network.randomSource())
        // One more, for a peer that comes later.
        media = (0...peers.count).map { _ in SimulatedMedia() }
        for (number, peer) in peers.enumerated() {
            let psk = peer.psk.map { key($0) }
            table.add(publicKey: peer.publicKey, psk: psk, suite: peer.suite, at: network.now)
            table.setEndpoints(peer.endpoints, of: number, at: network.now)
            perform()
        }
        report(run)
    }

    /// Kills the daemon.
    func stop() {
        isRunning = false
        run += 1
        wakeAt = nil
        network.stations[endpoint] = nil
        media = []
    }

    func move(to endpoint: Endpoint) {
        network.stations[self.endpoint] = nil
        self.endpoint = endpoint
        network.stations[endpoint] = self
    }

    /// Calls the table as the control thread does, then carries out its actions.
    func control(_ body: (inout PeerTable) -> Void) {
        body(&table)
        perform()
    }

    func isUp(_ peer: Int = 0) -> Bool {
        guard isRunning, case .up = table.state(of: peer)?.phase else { return false }
        return true
    }

    var isClosed: Bool { table.isClosed }
    var numbers: [Int] { table.peers }
    func state(_ peer: Int = 0) -> PeerState? { table.state(of: peer) }

    func reason(_ peer: Int = 0) -> DownReason? {
        table.downReason(of: peer, hasNetwork: true, isUnresolved: false, at: network.now)
    }

    var unknownCallers: [UnknownCaller] { table.unknownCallers(at: network.now) }

    func sharedKey(_ peer: Int = 0) -> SharedKey? { table.sharedKey(of: peer, at: network.now) }

    /// Whether its peer has told it of another station with its key.
    var isToldOfACopy: Bool { table.ownKeySigns.isReported(by: 0, at: network.now) }

    var isUnderLoad: Bool { table.door.load.isUnderLoad(at: network.now) }

    func clearHappenings() { happenings = [] }

    // MARK: Packets

    func receive(_ bytes: [UInt8], from source: Endpoint) {
        guard isRunning, !bytes.isEmpty else { return }
        if isHandshake(bytes) {
            if let drop = table.receive(bytes.span, from: source, at: network.now) {
                drops.append(drop)
            }
            perform()
        } else {
            open(bytes, from: source)
        }
    }

    /// Sends an audio packet whose payload is the number; false without a session.
    @discardableResult
    func speak(_ number: UInt64, to peer: Int = 0) -> Bool {
        var plaintext = [UInt8](repeating: 0, count: PacketLayout.plaintextMin)
        for i in 0..<8 { plaintext[i] = UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * i)) }
        return send(plaintext, PacketFlags(kind: .audio), peer: peer)
    }

    /// The receiver index our packets to the peer carry; nil without a session.
    func remoteIndex(_ peer: Int = 0) -> UInt32? {
        let plaintext = [UInt8](repeating: 0, count: PacketLayout.plaintextMin)
        return media[peer].seal(plaintext, PacketFlags(kind: .cover), at: network.now)
            .map(index)
    }

    private func send(
        _ plaintext: [UInt8], _ flags: PacketFlags, peer: Int, on index: UInt32? = nil,
        to endpoint: Endpoint? = nil
    ) -> Bool {
        let media = media[peer]
        guard let datagram = media.seal(plaintext, flags, on: index, at: network.now),
            let target = endpoint ?? media.endpoint
        else { return false }
        media.lastSent = network.now
        network.send(datagram, from: self.endpoint, to: target)
        return true
    }

    private func index(_ datagram: [UInt8]) -> UInt32 {
        datagram[0..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    // MARK: The media thread

    private func open(_ datagram: [UInt8], from source: Endpoint) {
        guard datagram.count >= PacketLayout.datagramMin else { return }
        let index = index(datagram)
        guard let peer = media.firstIndex(where: { $0.slots.owns(index: index) }) else { return }
        let media = media[peer]
        var plaintext = [UInt8](repeating: 0, count: PacketLayout.plaintextMax)
        var span = plaintext.mutableSpan
        let opened: Opener.Opened
        switch media.slots.open(datagram.span, at: network.now, into: &span) {
        case .opened(let packet, _, _):
            opened = packet
            if packet.isNewest { look(peer, index, from: source) }
        case .switched(let packet, _, let index, _):
            opened = packet
            media.follow(index)
            later { $0.switched(peer: peer, index: index, at: $1) }
            look(peer, index, from: source)
        case .refused(let refusal):
            if refusal == .copy { return look(peer, index, from: source) }
            media.refused += 1
            media.lastRefused = network.now
            return
        case .foreign:
            return
        }
        media.lastOpened = network.now
        let payload = Array(plaintext[0..<opened.count])
        switch PacketFlags(rawValue: opened.flags).kind {
        case .audio: media.heard.append(payload[0..<8].reduce(0) { $0 << 8 | UInt64($1) })
        case .control: read(payload, peer: peer, index: index, from: source)
        case .cover, .forward: break
        }
    }

    /// Tells the control thread where the newest packet came from.
    private func look(_ peer: Int, _ index: UInt32, from source: Endpoint) {
        guard isRunning else { return }
        let media = media[peer]
        guard source != media.endpoint, index == media.currentIndex else { return }
        later { $0.follow(.elsewhere(source), of: peer, index: index, at: $1) }
    }

    private func read(_ payload: [UInt8], peer: Int, index: UInt32, from source: Endpoint) {
        var records: [ControlRecord] = []
        _ = ControlReader.read(payload.span) { records.append($0) }
        for record in records where isRunning {
            switch record {
            case .confirm(let value, let boot):
                later { $0.confirm(value, boot: boot, peer: peer, index: index, at: $1) }
            case .pathChallenge(let token):
                later {
                    $0.follow(.challenge(token, from: source), of: peer, index: index, at: $1)
                }
            case .pathResponse(let token):
                later { $0.follow(.response(token), of: peer, index: index, at: $1) }
            case .ping(let token):
                later { [unowned self] _, _ in
                    _ = send(
                        [UInt8](ControlPayload(.pong(token)).bytes.span),
                        PacketFlags(kind: .control), peer: peer)
                }
            case .close:
                later { $0.closed(peer: peer, index: index, at: $1) }
            case .keyShared:
                later { $0.ownKeySigns.reported(by: peer, on: index, at: $1) }
            default: break
            }
        }
    }

    /// A report to the control thread.
    private func later(_ body: @escaping (inout PeerTable, Instant) -> Void) {
        ring { [unowned self] in
            body(&table, network.now)
            perform()
        }
    }

    private func ring(_ act: @escaping () -> Void) {
        guard lag > .zero else { return act() }
        let run = run
        network.after(lag) { [unowned self] in
            if run == self.run { act() }
        }
    }

    /// The media thread's counts go to the control thread twice a second.
    private func report(_ run: Int) {
        guard run == self.run else { return }
        tellTraffic()
        network.after(.milliseconds(500)) { [unowned self] in report(run) }
    }

    private func tellTraffic() {
        for (peer, media) in media.enumerated() {
            table.traffic(
                peer: peer, sent: media.slots.currentCounter, lastSent: media.lastSent,
                lastOpened: media.lastOpened, lastRefused: media.lastRefused, at: network.now)
            perform()
        }
    }

    // MARK: The kernel

    /// The port is closed where there is no station, and that is reported or not.
    private func probe(_ peer: Int, _ target: Endpoint) {
        let outcome: ProbeOutcome =
            if isProbeAnswered, network.stations[target] == nil { .portClosed } else { .silent }
        later { $0.probed(peer: peer, target, outcome, at: $1) }
    }

    // MARK: The control thread

    /// Carries out the table's actions, then sleeps until its deadline.
    private func perform() {
        while isRunning, let action = table.nextAction() { perform(action) }
        guard isRunning else { return }
        if let due = table.deadline, due <= network.now {
            table.tick(at: network.now)
            while isRunning, let action = table.nextAction() { perform(action) }
        }
        guard isRunning, let deadline = table.deadline else { return }
        precondition(deadline > network.now, "what was due has not been done")
        guard wakeAt.map({ deadline < $0 || $0 <= network.now }) ?? true else { return }
        wakeAt = deadline
        let run = run
        network.at(deadline) { [unowned self] in
            guard run == self.run, wakeAt == network.now else { return }
            wakeAt = nil
            tellTraffic()
            perform()
        }
    }

    private func perform(_ action: consuming SessionAction) {
        switch consume action {
        case .transmit(let datagram, let target):
            let bytes = [UInt8](datagram.bytes)
            transmitted[bytes[0], default: 0] += 1
            network.send(bytes, from: endpoint, to: target)
        case .install(let peer, let keys, let target):
            let crate = Crate(keys)
            ring { [unowned self] in
                if let keys = crate.keys.take() { media[peer].install(keys, at: target) }
            }
        case .send(let peer, let index, let payload, let target):
            ring { [unowned self] in
                let plaintext = payload.bytes.indices.map { payload.bytes[$0] }
                _ = send(plaintext, PacketFlags(kind: .control), peer: peer, on: index, to: target)
            }
        case .cover(let peer):
            ring { [unowned self] in
                let plaintext = [UInt8](repeating: 0, count: PacketLayout.plaintextMin)
                _ = send(plaintext, PacketFlags(kind: .cover), peer: peer)
            }
        case .drop(let peer, let index):
            ring { [unowned self] in _ = media[peer].slots.drop(index: index) }
        case .endpoint(let peer, let target):
            ring { [unowned self] in media[peer].endpoint = target }
        case .probe(let peer, let target): probe(peer, target)
        case .resolve(let peer):
            guard let found = names(endpoint) else { break }
            later { $0.setEndpoints(found, of: peer, at: $1) }
        case .up(let peer, let newBoot): happenings.append(.up(peer: peer, newBoot: newBoot))
        case .down(let peer): happenings.append(.down(peer: peer))
        }
    }
}
