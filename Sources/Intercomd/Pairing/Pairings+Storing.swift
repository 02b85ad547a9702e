internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Time

/// The files of the other station: written in the background, so that nothing waits for the disk.
extension Pairings {
    /// A task of the disk.
    struct Storing: Sendable {
        enum Step { case prepare, commit, withdraw }

        let step: Step
        let work: Background<Result<PairedPeer, Failure>>
        /// False where the pairing has ended meanwhile.
        var isWanted = true
        /// The person was told that it takes long.
        var isToldLate = false
    }

    enum Failure: Error {
        case refused(PairedPeer.Refusal)
        case unwritten(String)
    }

    /// The other station, as it has introduced itself.
    struct Candidate {
        let card: PairingCard
        let suite: Suite
        /// Where it is, as settings have an address.
        let address: String
    }

    /// Has the other station written as a peer, or prepared but for the last step.
    ///
    /// Its name is judged when all is written that was begun before: a roster of the site may bring
    /// the same name.
    mutating func begin(
        _ step: Storing.Step, _ candidate: Candidate, psk: borrowing Key, on ground: PairingGround
    ) {
        let (former, before, name) = (job?.prepared, storing, job?.name)
        let isAdmitted = former?.key == candidate.card.publicKey
        let takesBack = job?.takesBack ?? false
        let key = psk.copy()
        job?.prepared = nil
        let work = writer.begin { () -> Result<PairedPeer, Failure> in
            // What nobody wants any more.
            if let before, before.step == .prepare, case .success(let peer)? = before.work.take() {
                peer.withdraw()
            }
            do throws(PairedPeer.Refusal) {
                let peer = try ground.peer(
                    candidate.card, suite: candidate.suite, named: name, at: candidate.address,
                    isAdmitted: isAdmitted, takesBack: takesBack)
                do throws(PeerFilesError) {
                    if step == .prepare || former?.isWritten(like: peer) != true {
                        former?.withdraw()
                        try peer.prepare(psk: key)
                    }
                    if step == .commit { try peer.commit(psk: key) }
                } catch { return .failure(.unwritten(error.description)) }
                return .success(peer)
            } catch {
                former?.withdraw()
                return .failure(.refused(error))
            }
        }
        storing = Storing(step: step, work: work)
    }

    /// Removes what is prepared of a station that becomes no peer.
    mutating func withdraw() {
        storing?.isWanted = false
        guard let peer = job?.prepared else { return }
        job?.prepared = nil
        remove(peer)
    }

    private mutating func remove(_ peer: PairedPeer) {
        let work = writer.begin { () -> Result<PairedPeer, Failure> in
            peer.withdraw()
            return .success(peer)
        }
        storing = Storing(step: .withdraw, work: work)
    }

    /// Goes on when the disk has done what it was asked for.
    mutating func tickStoring(on ground: PairingGround, at now: Instant) {
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
            send(desk.admit(at: now), on: ground, at: now)
        case (.prepare, .success(let peer)): remove(peer)
        case (.prepare, .failure) where !storing.isWanted: break
        case (.commit, .success(let peer)):
            // Only now the other station learns, by the end of the stream, that both have paired.
            port.finish()
            job?.written = (peer, now + Self.usePatience)
        case (_, .failure(let failure)):
            desk.refuse()
            switch failure {
            case .refused(.known(let text)): fail("known", text)
            case .refused(.failed(let text)): fail("refused", text)
            case .unwritten(let text): fail("not_written", text)
            }
        }
    }
}

extension PairingErrand.Failure {
    /// For programs.
    var cause: String {
        switch self {
        case .unreachable: "unreachable"
        case .gone: "gone"
        case .declined: "declined"
        case .refused(.code): "wrong_code"
        case .refused(.malformed), .refused(.suites), .refused(.ownKey): "refused"
        }
    }

    /// For the person who typed the code.
    func text(of host: String, reason: String?) -> String {
        switch self {
        case .unreachable:
            "\(reason ?? "\(host) does not answer"); see whether that is its address, whether it"
                + " is on, and whether \"intercomctl pair\" runs there and shows a code"
        case .gone:
            "\(host) ended the pairing: run \"intercomctl pair\" there again for a new code, and"
                + " type that one"
        case .declined:
            "\(host) accepted the code but did not pair. Its screen says why; perhaps this station"
                + " is already its peer. Nothing is changed here"
        case .refused(let failure): failure.text(of: host)
        }
    }
}

extension PairingFailure {
    /// For the person who is shown the code, which a station at `host` has proved.
    func textWhereShown(of host: String) -> String {
        guard self == .code else { return text(of: host) }
        return "what \(host) said after it had proved the code was changed on the way, so nothing"
            + " is changed here; run \"intercomctl pair\" again"
    }

    /// For the person at either side: what is wrong with the other one.
    func text(of host: String) -> String {
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

extension ButtonPairing.Outcome {
    /// For the person at the talk button: the end of a pairing in vain, by its cause for programs.
    init(cause: String) {
        self =
            switch cause {
            case "wrong_code": .wrongCode
            case "not_found": .noStationFound
            case "burnt", "used_up": .burnt
            case "timed_out": .timedOut
            default: .failed
            }
    }
}
