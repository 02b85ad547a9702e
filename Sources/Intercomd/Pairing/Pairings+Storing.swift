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
    mutating func store(_ paired: borrowing Paired, _ step: Storing.Step) {
        guard let job else { return }
        let (own, name, takesBack, former) = (job.own, job.name, job.takesBack, job.prepared)
        let (card, suite, before) = (paired.peer, paired.suite, storing)
        let address = address(of: card)
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
                    card, suite: suite, named: name, at: address, isAdmitted: isAdmitted,
                    takesBack: takesBack)
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
