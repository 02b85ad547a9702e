public import Config
public import Crypto
internal import HAL
internal import Site

/// The psks that this station makes with others of its site, without a person (protocol.md §4.3).
///
/// They lie in the folder of keys, by the public key of the other station: so a peer may be renamed
/// and keep its own, and a station with another key never has it. One that is not in use yet is
/// `KEY.next.psk`, one that is, `KEY.psk`; KEY are the 52 characters of the public key.
public enum PairKeyFiles {
    /// What there is for one station.
    public enum Found: ~Copyable {
        case none
        case pending(Key)
        case used(Key)
    }

    private static let suffix = ".psk"
    private static let pendingSuffix = ".next.psk"

    static func used(with peer: PublicKey) -> String { peer.body + suffix }

    static func pending(with peer: PublicKey) -> String { peer.body + pendingSuffix }

    /// Whether a file of keys has such a name; that of a person's psk has not.
    public static func isName(_ file: String) -> Bool {
        guard let end = [pendingSuffix, suffix].first(where: { file.hasSuffix($0) }) else {
            return false
        }
        let stem = file.dropLast(end.utf8.count)
        return stem.utf8.count == PublicKey.bodyCount
            && stem.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains(byte)
            }
    }

    /// The files that there are.
    public static func names(_ paths: Paths) throws(KeyStoreError) -> [String] {
        var found: [String] = []
        try change(in: paths) { (keys) throws(SystemError) in
            found = try keys.names(suffix: suffix).filter { isName($0) }
        }
        return found
    }

    /// What there is for a station; what `promote` has left when it was cut off goes.
    ///
    /// - Throws: a file that is damaged, or cannot be read.
    public static func read(
        with peer: PublicKey, _ paths: Paths
    ) throws(KeyStoreError) -> Found {
        if try KeyStore.hasPSK(named: used(with: peer), paths) == true {
            let psk = try KeyStore.psk(named: used(with: peer), paths)
            try change(in: paths) { (keys) throws(SystemError) in
                guard try keys.status(of: pending(with: peer)) != nil else { return }
                try keys.remove(pending(with: peer))
            }
            return .used(psk)
        }
        if try KeyStore.hasPSK(named: pending(with: peer), paths) == true {
            return .pending(try KeyStore.psk(named: pending(with: peer), paths))
        }
        return .none
    }

    /// Whether a psk is in use, read or not.
    public static func isUsed(with peer: PublicKey, _ paths: Paths) -> Bool {
        (try? KeyStore.hasPSK(named: used(with: peer), paths)) == true
    }

    /// Writes a psk that is not in use yet; when this returns, it stays.
    public static func keep(
        _ psk: borrowing Key, with peer: PublicKey, _ paths: Paths
    ) throws(KeyStoreError) {
        try KeyStore.write(secret: psk, to: pending(with: peer), paths)
    }

    /// Writes a psk that is in use from now on; cut off in between, it is.
    public static func promote(
        _ psk: borrowing Key, with peer: PublicKey, _ paths: Paths
    ) throws(KeyStoreError) {
        try KeyStore.write(secret: psk, to: used(with: peer), paths)
        try change(in: paths) { (keys) throws(SystemError) in
            try keys.remove(pending(with: peer))
        }
    }

    /// Follows a roster that is about to be written: a pair that is in it no more has no psk, and
    /// one that is to begin anew does not insist on it.
    ///
    /// It comes before the roster: a change that is cut off is made again. A station that leaves
    /// its site insists on none, and has them still when it comes back.
    ///
    /// - Parameters:
    ///   - roster: The roster; nil for none.
    ///   - before: The one that was held before it.
    ///   - own: The key of this station.
    ///   - paths: The directories of the station.
    /// - Throws: files that cannot be renamed or removed.
    static func follow(
        _ roster: Roster?, after before: Roster?, own: PublicKey, _ paths: Paths
    ) throws(KeyStoreError) {
        try change(in: paths) { (keys) throws(SystemError) in
            let all = try keys.names(suffix: suffix).filter { isName($0) }
            guard let roster else {
                for name in all { try demote(name, in: keys) }
                return
            }
            let kept = roster.stations.flatMap { [used(with: $0.key), pending(with: $0.key)] }
            for name in all where !kept.contains(name) { try keys.remove(name) }
            let renewed = roster.stations.filter { roster.isRenewed($0.key, since: before) }
            // A roster that was lost may have renewed any of them.
            let isAny = before == nil || renewed.contains { $0.key == own }
            for station in isAny ? roster.stations : renewed {
                try demote(used(with: station.key), in: keys)
            }
        }
    }

    /// Makes of a psk in use one that is not in use yet.
    private static func demote(
        _ file: String, in keys: borrowing OwnersDirectory
    ) throws(SystemError) {
        guard !file.hasSuffix(pendingSuffix), try keys.status(of: file) != nil else { return }
        try keys.rename(file, to: file.dropLast(suffix.utf8.count) + pendingSuffix)
    }

    private static func change(
        in paths: Paths, _ body: (borrowing OwnersDirectory) throws(SystemError) -> Void
    ) throws(KeyStoreError) {
        guard let keys = try KeyStore.openFolder(paths) else { return }
        do throws(SystemError) { try body(keys) } catch { throw KeyStoreError(error) }
    }
}
