internal import Control
internal import Crypto
internal import HAL
internal import Pairing
internal import Settings
internal import Storage
internal import Time

/// What is written of the other station, while nothing here waits for the disk.
extension Pairings {
    /// What the disk is asked to do.
    struct Storing: Sendable {
        enum Step { case prepare, commit, withdraw }

        let step: Step
        let peer: PairedPeer
        let work: Background<Result<Void, PeerFilesError>>
        /// False where the pairing has ended meanwhile.
        var isWanted = true
        /// The person was told that it takes long.
        var isToldLate = false

        /// Waits for the end of what nobody wants any more, and removes what it has written.
        func end() {
            while work.take(within: .seconds(60)) == nil {}
            if step == .prepare { peer.withdraw() }
        }
    }

    /// Puts the station that has proved the code on the disk, but for the last step.
    mutating func prepare(_ peer: PairedPeer, psk: borrowing Key) {
        begin(.prepare, peer, psk: psk)
    }

    /// Both sides have each other's key: makes the other station a peer, which is to be taken over
    /// then.
    mutating func write(_ peer: PairedPeer, psk: borrowing Key) {
        begin(.commit, peer, psk: psk)
    }

    private mutating func begin(_ step: Storing.Step, _ peer: PairedPeer, psk: borrowing Key) {
        let (former, before) = (job?.prepared, storing)
        let key = psk.copy()
        job?.prepared = nil
        let work = Background<Result<Void, PeerFilesError>> {
            do throws(PeerFilesError) {
                before?.end()
                if step == .prepare || former?.isWritten(like: peer) != true {
                    former?.withdraw()
                    try peer.prepare(psk: key)
                }
                if step == .commit { try peer.commit(psk: key) }
                return .success(())
            } catch { return .failure(error) }
        }
        storing = Storing(step: step, peer: peer, work: work)
    }

    /// Removes what is prepared of a station that becomes no peer.
    mutating func withdraw() {
        storing?.isWanted = false
        guard let peer = job?.prepared else { return }
        job?.prepared = nil
        remove(peer)
    }

    private mutating func remove(_ peer: PairedPeer) {
        let work = Background<Result<Void, PeerFilesError>> {
            peer.withdraw()
            return .success(())
        }
        storing = Storing(step: .withdraw, peer: peer, work: work)
    }

    /// Goes on when the disk has done what it was asked for.
    mutating func tickStoring(on ground: PairingGround, at now: Instant) {
        guard let storing else { return }
        guard let result = storing.work.take() else {
            guard storing.work.isLate(at: now), !storing.isToldLate else { return }
            self.storing?.isToldLate = true
            return tell(PairingReport(.attempt, diskLateness))
        }
        self.storing = nil
        switch (storing.step, result) {
        case (.withdraw, _): break
        case (.prepare, .success) where storing.isWanted:
            job?.prepared = storing.peer
            send(desk.admit(at: now), on: ground, at: now)
        case (.prepare, .success): remove(storing.peer)
        case (.prepare, .failure) where !storing.isWanted: break
        case (.commit, .success):
            // Only now the other station learns, by the end of the stream, that both have paired.
            port.finish()
            job?.written = (storing.peer, now + Self.usePatience)
        case (_, .failure(let error)):
            desk.refuse()
            fail("not_written", error.description)
        }
    }
}
