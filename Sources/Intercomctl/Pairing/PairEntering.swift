internal import Config
internal import Control
internal import HAL
internal import Pairing
internal import Time

/// Connects to the station that shows the code, and pairs with it.
func enter(
    _ code: PairingCode, at host: String, as card: PairingCard,
    _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    let address = try peerAddress(host)
    guard let place = PeerAddress(text: address) else {
        throw Failure(.usage, "\"\(host.visible)\" is no single address; write HOST or HOST:PORT")
    }
    // It takes a while, and the other side does not wait for it.
    var side = EnteringSide(code: code, suites: offeredSuites, card: card)
    let stream = try connect(to: place)
    var line = PairingLine(stream)
    guard line.send(side.first) else { throw gone(host) }
    var isProved = false
    while case .bytes(let bytes) = line.receive() {
        let step: PairingStep
        do throws(PairingFailure) {
            step = try side.take(bytes.span)
        } catch {
            line.abort()
            throw refusal(error, by: host)
        }
        switch consume step {
        case .wait: break
        case .send(let answer):
            guard line.send(answer) else { throw gone(host) }
            isProved = true
        case .paired(let paired): return try finish(paired, address: address, line, invocation)
        }
    }
    throw isProved ? declined(host) : gone(host)
}

/// Stores the peer; only when that is done the other side learns, by the end of the stream, that
/// both have paired.
private func finish(
    _ paired: borrowing Paired, address: String, _ line: consuming PairingLine,
    _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    let report: PeerReport
    do throws(Failure) {
        let plan = try PairingPlan(
            paired.peer, suite: paired.suite, address: address, invocation)
        report = try plan.write(psk: paired.psk)
    } catch {
        line.abort()
        throw error
    }
    line.close()
    return try report.finish(invocation)
}

private func connect(to place: PeerAddress) throws(Failure) -> TCPStream {
    let addresses: [SocketAddress]
    do throws(ResolutionError) {
        addresses = try SocketAddress.resolve(host: place.host, port: place.port)
    } catch { throw Failure(.failed, error.description.visible) }
    var last: SystemError?
    for address in addresses {
        do throws(SystemError) {
            return try TCPStream(to: address, until: Clock.now() + PairingWindow.patience)
        } catch { last = error }
    }
    let reason = last?.description.visible ?? "\(place.host) has no address"
    throw Failure(
        .failed,
        "\(reason); does \"intercomctl pair\" run on the other station, and show a code?")
}

private func gone(_ host: String) -> Failure {
    Failure(
        .failed,
        "\(host) ended the pairing: run \"intercomctl pair\" there again for a new code, and type"
            + " that one")
}

private func declined(_ host: String) -> Failure {
    Failure(
        .failed,
        "the code is right, but \(host) did not pair and says why, such as that this station is"
            + " already a peer there; nothing is changed here")
}

/// What to say of what the other side has sent.
func refusal(_ failure: PairingFailure, by host: String) -> Failure {
    switch failure {
    case .code:
        Failure(
            .failed,
            "the code is not the one that \(host) shows; look again (after three wrong codes it"
                + " shows no more)")
    case .malformed:
        Failure(.failed, "what answers at \(host) is no intercomd of this version")
    case .suites:
        Failure(.failed, "\(host) and this station have no cipher in common")
    case .ownKey:
        Failure(
            .failed,
            "\(host) has this station's own key: its memory card was copied from this one, or this"
                + " one's from it; remove the file identity there, and restart intercomd")
    }
}
