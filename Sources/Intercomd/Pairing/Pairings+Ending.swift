internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Time
internal import Wire

/// The files of the other station: written in the background, so that nothing waits for the disk.
extension Pairings {
    /// A task of the disk.
    struct Storing: Sendable {
        enum Step { case prepare, commit, withdraw }

        let step: Step
        let work: Background<Result<PairedPeer, PairedPeer.Refusal>>
        /// False once the pairing has ended.
        var isWanted = true
        /// Whether the person knows that the disk is slow.
        var isToldLate = false
    }

    /// Writes the other station as a peer, or prepares that up to the last step.
    ///
    /// Its name is judged after all earlier writes: a roster of the site may bring the same name.
    mutating func store(_ paired: borrowing PairingResult, _ step: Storing.Step) {
        guard let job else { return }
        let (own, name, takesBack, former) = (job.own, job.name, job.takesBack, job.prepared)
        let (card, suite, before) = (paired.peer, paired.suite, storing)
        let (address, host) = (address(of: card), port.other?.host)
        let key = paired.psk.copy()
        let isAdmitted = former?.key == card.publicKey
        self.job?.prepared = nil
        let work = writer.begin { () -> Result<PairedPeer, PairedPeer.Refusal> in
            // The earlier preparation is not wanted any more.
            if let before, before.step == .prepare, case .success(let peer)? = before.work.take() {
                peer.withdraw()
            }
            do throws(PairedPeer.Refusal) {
                let peer = try own.peer(
                    card, suite: suite, named: name, at: address, from: host,
                    isAdmitted: isAdmitted, takesBack: takesBack)
                if step == .prepare || former?.isWritten(like: peer) != true {
                    former?.withdraw()
                    try peer.prepare(psk: key)
                }
                if step == .commit { try peer.commit(psk: key) }
                return .success(peer)
            } catch {
                former?.withdraw()
                return .failure(error)
            }
        }
        storing = Storing(step: step, work: work)
    }

    /// Returns the other station's address, as settings have it: where the code was tried, or the
    /// source of its connection, with the port at which it receives.
    private func address(of card: PairingCard) -> String {
        guard let job, let other = port.other else { return "" }
        if job.isEntering { return job.host ?? other.asTyped }
        let own = card.capabilities.flags
        return SocketAddress(
            high: other.high, low: other.low, port: own == 0 ? PeerAddress.defaultPort : own,
            scope: other.scope
        ).asTyped
    }

    /// Removes the prepared files of a station that becomes no peer.
    mutating func withdraw() {
        storing?.isWanted = false
        guard let peer = job?.prepared else { return }
        job?.prepared = nil
        remove(peer)
    }

    private mutating func remove(_ peer: PairedPeer) {
        let work = writer.begin { () -> Result<PairedPeer, PairedPeer.Refusal> in
            peer.withdraw()
            return .success(peer)
        }
        storing = Storing(step: .withdraw, work: work)
    }

    /// Continues once the disk has finished the task.
    mutating func tickStoring(at now: Instant) {
        guard let storing else { return }
        guard let result = storing.work.take() else {
            guard storing.work.isLate(at: now), !storing.isToldLate else { return }
            self.storing?.isToldLate = true
            return tell(PairingReport(.attempt, diskLateness.sentence))
        }
        self.storing = nil
        switch (storing.step, result) {
        case (.withdraw, _): break
        case (.prepare, .success(let peer)) where storing.isWanted:
            job?.prepared = peer
            send(core.admit(at: now), at: now)
        case (.prepare, .success(let peer)): remove(peer)
        case (.prepare, .failure) where !storing.isWanted: break
        case (.commit, .success(let peer)):
            // Only this end of the stream tells the other station that both have paired.
            port.finish()
            job?.written = (peer, now + Self.usePatience)
        case (_, .failure(let failure)):
            switch failure {
            case .known(let text): fail("known", text)
            case .failed(let text): fail("refused", text)
            case .unwritten(let error): fail("not_written", error.description)
            }
        }
    }
}

extension OwnStation {
    /// Makes a peer of the other station, with nothing on the disk yet.
    ///
    /// An admitted station has stored this one, so a session that came up since does not count.
    fileprivate func peer(
        _ card: PairingCard, suite: Suite, named name: String?, at address: String,
        from host: String?, isAdmitted: Bool, takesBack: Bool
    ) throws(PairedPeer.Refusal) -> PairedPeer {
        let place = isAdmitted ? nil : up.first { $0.key == card.publicKey }?.host
        return try PairedPeer(
            card.publicKey, called: card.name, named: name, suite: suite, address: address,
            upAt: place, from: host, takesBack: takesBack, among: used, and: try found())
    }

    /// Reads all files as they are now.
    ///
    /// Settings that are unreadable while a person edits them do not hinder a pairing.
    private func found() throws(PairedPeer.Refusal) -> PeerFiles {
        if let (_, sources) = try? StationFiles.sources(in: folder) {
            return PeerFiles(sources, in: used.paths)
        }
        do throws(StateError) { return try used.renewed() } catch {
            throw .failed(error.description)
        }
    }
}

/// The results of a pairing, and of attempts at the shown code, for people and programs.
extension Pairings {
    /// Reports the failure of an attempt at the shown code, or of the pairing.
    mutating func failed(_ failure: Pairing.Failure, at now: Instant) {
        let host = port.other?.host ?? "?"
        let answered = job?.answered.joined(separator: " or ") ?? ""
        let place = answered.isEmpty ? job?.firstTried ?? "the other station" : answered
        let typedHost = job?.host ?? place
        if failure == .unfit(.ownKey) { copy = (host, now) }
        if failure == .refused(.ownKey) { copy = (typedHost, now) }
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
                "three attempts failed, so this code is no longer valid; \(again)")
        case .unfinished(let left, let isSilent):
            withdraw()
            let network = Self.ownFault ?? (isSilent ? Self.network : nil)
            attempt(
                network.map {
                    "\(host) had the code, and does not answer any more; nothing is changed here;"
                        + " \($0); then type the code there again"
                }
                    ?? "\(host) had the code, but did not finish; nothing is changed here;"
                    + " \(Self.doubts)",
                at: host, cause: "unfinished")
            guard left == 0 else { break }
            fail(
                "used_up",
                "the code was used \(PairingWindow.unfinishedMost) times in vain, so it is no"
                    + " longer valid; \(again)")
        case .unfit(.code):
            fail(
                "refused",
                "what \(host) said after it had proved the code was changed on the way, so nothing"
                    + " is changed here; \(again)")
        case .unfit(let failure): fail("refused", failure.text(of: host))
        case .timedOut:
            fail(
                "timed_out",
                "the two minutes of this code are over; \(again)")
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
        case .silent: fail("gone", Self.silence(of: typedHost, Self.ownFault))
        case .gone where Self.ownFault != nil, .declined where Self.ownFault != nil:
            fail("gone", Self.silence(of: typedHost, Self.ownFault))
        case .gone:
            fail(
                "gone",
                "\(typedHost) ended the pairing, and its code with it; \(Self.codesAnew)")
        case .declined:
            fail(
                "declined",
                "\(typedHost) accepted the code but did not pair; nothing is changed here;"
                    + " \(Self.doubts)")
        case .refused(let failure):
            fail(failure == .code ? "wrong_code" : "refused", failure.text(of: typedHost))
        }
        port.hangUp()
    }

    /// The person knows whether the command was with `--join`.
    private var again: String {
        "for a new code, \(caller == nil ? "hold the button" : "type the same command") again"
    }

    private static let network = "see the network here and there"

    private static func silence(of host: String, _ fault: String?) -> String {
        "\(host) does not answer any more; nothing is changed here; \(fault ?? network); then type"
            + " this again while that box shows the code; \(codesAnew)"
    }

    /// Only the other station knows why it did not pair.
    private static let doubts =
        "its screen says why; perhaps its command was ended, or this station is already its peer,"
        + " or has one key with it or with one of its peers, by a memory card that was copied"

    /// Where no code is shown, another box may have used the typed one, or it has ended.
    static let endsOfCodes =
        "a code ends with one pairing, after two minutes, after three wrong ones, or with the"
        + " command that shows it; \(codesAnew)"

    /// A button may have begun it there.
    private static let codesAnew = "for a new one, there: intercomctl pair, with --join for a site"

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
        order(.publish(job.event(.pairingFailed, at: host, text, cause: cause)))
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
        order(.publish(event))
        end(.pairing(report), .paired)
    }

    /// Ends the pairing in vain: `cause` is for programs, `text` for people.
    mutating func fail(_ cause: String, _ text: String) {
        guard let job else { return }
        let event = job.event(
            .pairingFailed, at: port.other?.host ?? job.host,
            text.split(separator: "\n").joined(separator: "; "), cause: cause)
        order(.publish(event))
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
        if isOffered { order(.showOnLAN(nil)) }
        isOffered = false
        port.close()
        job = nil
    }
}

extension PairingMismatch {
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
                + Paths().keyAnew(on: "the copy")
        }
    }
}
