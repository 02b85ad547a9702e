internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report

/// The results of a pairing, and of attempts at the shown code, for people and programs.
extension Pairings {
    /// Reports the failure of an attempt at the shown code, or of the pairing.
    mutating func failed(_ failure: Pairing.Failure) {
        let host = port.other?.host ?? "?"
        let answered = job?.answered.joined(separator: " or ") ?? ""
        let place = answered.isEmpty ? port.other?.asTyped ?? "the other station" : answered
        let typedHost = job?.host ?? place
        switch failure {
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
        case .unfit(.code):
            fail(
                "refused",
                "what \(host) said after it had proved the code was changed on the way, so nothing"
                    + " is changed here; run \"intercomctl pair\" again")
        case .unfit(let failure): fail("refused", failure.text(of: host))
        case .timedOut:
            fail(
                "timed_out",
                "the two minutes of this code are over; for a new one, run \"intercomctl pair\""
                    + " again")
        case .unreachable where job?.own.hosts.contains(place) == true:
            fail(
                "unreachable",
                "\(typedHost) is this station's own address: type the one of the other station")
        case .unreachable where job?.connectionError?.errno == SystemError.refused:
            fail(
                "unreachable",
                "no code is shown at \(typedHost) now: \(Self.endsOfCodes); or that is another box")
        case .unreachable where Self.ownTrouble != nil:
            fail("unreachable", "\(typedHost) is not reached: \(Self.ownTrouble ?? "")")
        case .unreachable:
            fail(
                "unreachable",
                "\(job?.connectionError?.description ?? "\(typedHost) does not answer"); see"
                    + " whether that is its address, whether it is on, and whether \"intercomctl"
                    + " pair\" runs there and shows a code")
        case .gone:
            fail(
                "gone",
                "\(typedHost) ended the pairing: run \"intercomctl pair\" there again for a new"
                    + " code, and type that one")
        case .declined:
            fail(
                "declined",
                "\(typedHost) accepted the code but did not pair. Its screen says why; perhaps this"
                    + " station is already its peer, or has its key, by a memory card that was"
                    + " copied. Nothing is changed here")
        case .refused(let failure):
            fail(failure == .code ? "wrong_code" : "refused", failure.text(of: typedHost))
        }
        port.hangUp()
    }

    /// Where no code is shown, another box may have used the typed one, or it has ended.
    static let endsOfCodes =
        "a code ends with one pairing, after two minutes, after three wrong ones, or with the"
        + " command that shows it; for a new one, there: intercomctl pair"

    /// Reports an attempt to the person, and, with a cause, to everybody.
    private mutating func attempt(
        _ text: String, at host: String, left: Int? = nil, cause: String? = nil
    ) {
        guard let job else { return }
        var report = PairingReport(.attempt, text)
        report.host = host
        report.attemptsLeft = left
        tell(report)
        guard let cause else { return }
        if job.caller == nil, left != 0 { order(.say(.wrongCode, isOver: false)) }
        var event = job.event(.pairingFailed, at: host, text)
        event.cause = cause
        order(.announce(event))
    }

    /// Reports that the written peer is in use, or why it is not.
    mutating func used(because problem: String? = nil) {
        guard let job, let peer = job.written?.peer else { return }
        let text = "paired with \(peer.name)"
        var report = PairingReport(.paired, text)
        report.name = peer.name
        // A station that was a peer already keeps the name that people here have given it.
        report.called = peer.isAnew ? nil : peer.called
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
    mutating func fail(_ cause: String, _ text: String) {
        guard let job else { return }
        var event = job.event(
            .pairingFailed, at: port.other?.host ?? job.host,
            text.split(separator: "\n").joined(separator: "; "))
        event.cause = cause
        order(.announce(event))
        let (code, word): (ControlError.Code, SpokenWord) =
            switch cause {
            case "known": (.known, .failed)
            case "declined": (.declined, .failed)
            case "wrong_code": (.failed, .wrongCode)
            case "not_found": (.failed, .noStationFound)
            case "burnt", "used_up": (.failed, .codeBurnt)
            case "timed_out": (.failed, .windowClosed)
            default: (.failed, .failed)
            }
        end(.refused(ControlError(code, text)), word)
    }

    /// Ends the pairing of a program that has gone.
    ///
    /// A peer that is written, or is being written, still comes into use.
    mutating func cancel() {
        guard !hasUnused, storing?.step != .commit else { return }
        close()
    }

    private mutating func end(_ reply: Reply, _ word: SpokenWord) {
        guard let job else { return }
        order(job.caller.map { .answer(reply, $0) } ?? .say(word, isOver: true))
        close()
    }

    private mutating func close() {
        withdraw()
        core.close()
        if isSearching { order(.seek(false)) }
        typed = nil
        if isOffered { order(.offer(nil)) }
        isOffered = false
        port.close()
        job = nil
    }
}

extension PairingFailure {
    /// The fault of the other station, for the person at either side.
    fileprivate func text(of host: String) -> String {
        switch self {
        case .code:
            "the code is not the one that \(host) shows; look again, or, as the third wrong code"
                + " ends it there, ask for a new one"
        case .malformed: "what answers at \(host) is no intercomd of this version"
        case .suites: "\(host) and this station have no cipher in common"
        case .ownKey:
            "\(host) has this station's own key: its memory card was copied from this one, or this"
                + " one's from it; "
                + Paths(stateDirectory: nil, runtimeDirectory: nil).keyAnew(on: "the copy")
        }
    }
}
