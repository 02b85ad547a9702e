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
