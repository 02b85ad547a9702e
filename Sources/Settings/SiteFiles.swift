public import Config
public import Crypto
internal import HAL

/// What a station keeps of its site: the roster as it came, and at the introducer the secret that
/// signs it.
///
/// The roster is `roster` in the state directory, the secret `keys/site.key`.
public enum SiteFiles {
    public static let rosterName = "roster"
    public static let keyName = "site.key"

    /// Reads the text of the roster.
    ///
    /// - Parameters:
    ///   - paths: The directories of the station.
    ///   - limit: Bytes that are read at most.
    /// - Returns: nil where this station is in no site.
    /// - Throws: a file that cannot be read, or is longer.
    public static func roster(_ paths: Paths, limit: Int) throws(PeerFilesError) -> [UInt8]? {
        do throws(SystemError) {
            guard let state = try OwnersDirectory.existing(paths.state),
                try state.status(of: rosterName) != nil
            else { return nil }
            return try state.read(rosterName, limit: limit)
        } catch { throw PeerFilesError(error) }
    }

    /// Writes the text of the roster, or removes it.
    public static func write(roster: [UInt8]?, _ paths: Paths) throws(PeerFilesError) {
        do throws(SystemError) {
            let state = try OwnersDirectory(making: paths.state, mode: 0o750)
            guard let roster else { return try state.remove(rosterName) }
            try state.write(roster.span, to: rosterName, mode: 0o640)
        } catch { throw PeerFilesError(error) }
    }

    /// The path of the roster, for words.
    public static func path(_ paths: Paths) -> String { "\(paths.state)/\(rosterName)" }

    /// The path of the secret, for words.
    public static func keyPath(_ paths: Paths) -> String { "\(paths.keys)/\(keyName)" }
}

extension KeyStore {
    /// The secret of the site that this station introduces; nil where it introduces none.
    public static func siteKey(_ paths: Paths) throws(KeyStoreError) -> SigningKey? {
        guard try hasPSK(named: SiteFiles.keyName, paths) != false else { return nil }
        guard let key = SigningKey(try psk(named: SiteFiles.keyName, paths)) else {
            throw KeyStoreError("\(SiteFiles.keyPath(paths)) holds no number of P-256")
        }
        return key
    }

    /// Writes that secret.
    public static func write(
        siteKey: borrowing SigningKey, _ paths: Paths
    ) throws(KeyStoreError) {
        try write(secret: Key(copying: siteKey.bytes), to: SiteFiles.keyName, paths)
    }
}
