internal import Config
internal import Crypto
internal import Presentation
internal import Session
internal import Settings

/// The psks that this station makes with others of its site.
extension SiteKeeper {
    /// The psk with each peer, as the files have it.
    mutating func pairs(
        _ peers: Presentation.Roster, _ paths: Paths
    ) -> [(peer: Int, psk: PairPSK)] {
        peers.numbers.map { ($0, pair(with: $0, peers[$0], paths)) }
    }

    private mutating func pair(
        with peer: Int, _ config: Config.Peer, _ paths: Paths
    ) -> PairPSK {
        guard config.psk == .none, !config.isRevoked, let key = key(of: peer) else {
            return .unwanted
        }
        do throws(KeyStoreError) {
            let found = try PairKeyFiles.read(with: key, paths)
            endPairFault(of: peer)
            switch consume found {
            // Also where the roster cannot be read: nobody is let in without it.
            case .used(let psk): return .used(PreSharedKey(psk))
            case .pending(let psk): return isIn(peer) ? .pending(PreSharedKey(psk)) : .unwanted
            case .none: return isIn(peer) ? .none : .unwanted
            }
        } catch {
            pairFault("its psk cannot be read: \(error)", of: peer)
            guard PairKeyFiles.isUsed(with: key, paths) else {
                return isIn(peer) ? .none : .unwanted
            }
            // The peer insists on the one that is damaged, and nobody else is to come without it.
            return .used(PreSharedKey(Key.random()))
        }
    }

    /// Writes a psk that a first session has made; returns whether it is on the disk.
    mutating func keep(_ psk: PreSharedKey, with peer: Int, _ paths: Paths) -> Bool {
        guard let key = key(of: peer) else { return false }
        do throws(KeyStoreError) {
            try PairKeyFiles.keep(psk.key, with: key, paths)
            return true
        } catch {
            pairFault("a psk with it cannot be written: \(error)", of: peer)
            return false
        }
    }

    /// Writes a psk that both have now.
    mutating func promote(_ psk: PreSharedKey, with peer: Int, _ paths: Paths) {
        guard let key = key(of: peer) else { return }
        do throws(KeyStoreError) {
            try PairKeyFiles.promote(psk.key, with: key, paths)
        } catch { return pairFault("a psk with it cannot be written: \(error)", of: peer) }
        say("the two have a psk of their own: post-quantum authentication", from: peer)
    }
}
