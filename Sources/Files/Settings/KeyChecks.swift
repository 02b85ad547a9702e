public import Config
public import Crypto

/// Checks of a configuration that need cryptography.
public enum KeyChecks {
    /// Leaves out this station itself: one folder of peer files may serve all stations.
    ///
    /// A peer with both the name *and* the key of this station is left out. A peer with its key
    /// alone is a mistake, which `keys` finds.
    ///
    /// - Parameters:
    ///   - config: The settings from the files.
    ///   - own: The key of this station; nil when it is unknown, and then no peer is left out.
    /// - Returns: The settings of the other stations.
    /// - Throws: The button that talks to this station alone.
    public static func withoutItself(
        _ config: Config, own: PublicKey?
    ) throws(ItselfError) -> Config {
        guard let own, let place = config.peerIndex(named: config.station.name),
            PublicKey(text: config.peers[place].key) == own
        else { return config }
        let name = config.station.name
        if let origin = config.talksTo(peer: name) {
            throw ItselfError(mistake: Mistake(origin, "talk: \(name) is this station itself"))
        }
        return config.without(peer: place)
    }

    /// The mistake of a button that talks to its own station.
    public struct ItselfError: Error {
        public let mistake: Mistake
    }

    /// Returns the keys of the peers, in order, and every mistake in them.
    ///
    /// `own` is the key of this station; nil when it is unknown, and then not compared.
    public static func keys(
        of peers: [Config.Peer], own: PublicKey?
    ) -> (keys: [PublicKey], mistakes: [Mistake]) {
        var keys: [PublicKey] = []
        var mistakes: [Mistake] = []
        for peer in peers {
            guard let key = PublicKey(text: peer.key) else {
                let what = "key: its check characters do not fit; copy it again"
                mistakes.append(Mistake(peer.keyOrigin, what))
                continue
            }
            if key == own {
                mistakes.append(Mistake(peer.keyOrigin, "key: it is this station's own key"))
            }
            if peer.isVerified, peer.verified != key.fingerprint {
                mistakes.append(
                    Mistake(
                        peer.verifiedOrigin,
                        "verified: these are not the digits of this key, so it may be somebody"
                            + " else's: compare them again"))
            }
            keys.append(key)
        }
        return (keys, mistakes)
    }

    /// Returns every mistake in the keys of recordings: nothing could be sealed to such a key.
    public static func mistakes(inKeysOf records: [Config.Record]) -> [Mistake] {
        records.filter { RecordingPublicKey(text: $0.to) == nil }.map {
            Mistake(
                $0.toOrigin,
                "to: not the public half of a recording key (intercomctl recording keygen), or"
                    + " mistyped: copy it again")
        }
    }
}
