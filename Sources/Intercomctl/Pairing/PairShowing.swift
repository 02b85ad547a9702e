internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Pairing
internal import Time
internal import Wire

/// Shows a code, and waits for the station on which it is typed.
func showCode(
    as card: PairingCard, _ network: Config.Network, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    let own = try network.listen.map { text throws(Failure) in try address(text, network) }
    let listener: TCPListener
    do throws(SystemError) {
        listener = try TCPListener(at: own, port: network.port)
    } catch { throw Failure(error) }
    let code = PairingCode.random()
    var window = PairingWindow()
    var strangers = 0
    guard let end = window.open(at: Clock.now()) else { throw noCode }
    try printInvitation(code, at: own, port: network.port)
    while let stream = listener.accept(until: end) {
        let other = stream.other
        var side = ShowingSide(code: code, suites: offeredSuites, card: card)
        let hasEnded = try attempt(&side, stream, invocation)
        if side.isProved {
            guard hasEnded, let paired = side.closed() else {
                warn("\(other.host) had the code, but did not finish; nothing is changed here")
                continue
            }
            let plan = try plan(paired.peer, suite: paired.suite, seenAt: other, invocation)
            return try plan.write(psk: paired.psk).finish(invocation)
        }
        guard side.hasAnswered else {
            strangers += 1
            if strangers <= strangersTold {
                warn("something at \(other.host) connected, and was no station that pairs")
            }
            continue
        }
        warn("somebody at \(other.host) tried to pair, and did not have the code")
        if window.failed(at: Clock.now()) {
            throw Failure(
                .failed, "three attempts failed, so this code is good no more; run pair again")
        }
    }
    throw noCode
}

/// Anybody may connect, again and again.
private let strangersTold = 3

private let noCode = Failure(.failed, "nobody typed the code within two minutes")

private func warn(_ text: String) { _ = Terminal.write(text.visible + "\n", to: .complaint) }

/// Answers until the stream ends; returns whether the other side ended it as it should.
///
/// - Throws: Why whoever has the code becomes no peer; it has not got P4 then, and stores nothing.
private func attempt(
    _ side: inout ShowingSide, _ stream: consuming TCPStream, _ invocation: borrowing Invocation
) throws(Failure) -> Bool {
    let other = stream.other
    var line = PairingLine(stream, patience: PairingWindow.firstPatience)
    while true {
        switch line.receive() {
        case .bytes(let bytes):
            let answer: [UInt8]
            do throws(PairingFailure) {
                guard case .send(let message) = try side.take(bytes.span) else { continue }
                answer = message
            } catch {
                guard side.isProved, side.guest == nil else { return false }
                throw refusal(error, by: other.host)
            }
            if let guest = side.guest {
                _ = try plan(guest.card, suite: guest.suite, seenAt: other, invocation)
            }
            guard line.send(answer) else { return false }
        case .closed: return true
        case .failed: return false
        }
    }
}

private func plan(
    _ peer: PairingCard, suite: Suite, seenAt other: SocketAddress,
    _ invocation: borrowing Invocation
) throws(Failure) -> PairingPlan {
    try PairingPlan(peer, suite: suite, address: address(of: peer, seenAt: other), invocation)
}

/// The one address at which the settings let it listen: never at more than was asked for.
private func address(
    _ text: String, _ network: Config.Network
) throws(Failure) -> SocketAddress {
    guard let address = SocketAddress(host: text, port: network.port) else {
        throw Failure(
            .failed, "\(network.origin): listen: \(text.visible) is no address of IPv4 or IPv6")
    }
    return address
}

private func printInvitation(
    _ code: PairingCode, at own: SocketAddress?, port: UInt16
) throws(Failure) {
    let isUsual = port == PeerAddress.defaultPort
    var hosts: [String] = []
    if let own { hosts.append(isUsual ? own.host : own.description) }
    for interface in NetworkInterface.all() ?? []
    where own == nil && interface.isUp && !interface.isLoopback {
        for address in interface.addresses where address.scope == 0 {
            let place = SocketAddress(high: address.high, low: address.low, port: port)
            hosts.append(isUsual ? place.host : place.description)
        }
    }
    try printLine("the code is \(code.shown), for two minutes; on the other station type:")
    try printLine("")
    for host in hosts.isEmpty ? [isUsual ? "HOST" : "HOST:\(port)"] : hosts {
        try printLine("    sudo intercomctl pair \(host) \(code.shown)")
    }
    try printLine("")
}

/// Where the other station receives: the address from which it has connected, with its own port.
private func address(of peer: PairingCard, seenAt source: SocketAddress) -> String {
    let port = peer.capabilities.flags
    guard port != 0, port != PeerAddress.defaultPort else { return source.host }
    return SocketAddress(
        high: source.high, low: source.low, port: port, scope: source.scope
    ).description
}
