public import Config
public import Crypto

/// The checks of a configuration that need cryptography.
public enum KeyChecks {
    /// The keys of the peers, in order, and every mistake in them.
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
}
