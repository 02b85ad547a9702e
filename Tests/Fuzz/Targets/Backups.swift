internal import Backup
internal import Crypto

extension FuzzTarget {
    /// A backup: the sealed file, and what is in it once it is opened.
    static let backup = FuzzTarget(name: "backup") { bytes, isPlanted in
        do throws(BackupFault) { try SealedBackup.check(bytes) } catch { _ = "\(error)" }
        guard bytes.count > 0 else { return }
        var secret = Secret(count: bytes.count)
        var copy = secret.mutableBytes
        for place in bytes.indices { copy[place] = bytes[place] }
        guard let content = BackupContent(parsing: secret) else { return }
        var kinds: Set<BackupPlace> = []
        for entry in content.entries {
            precondition(entry.place.isSound && kinds.insert(entry.place).inserted)
            precondition(!entry.place.name.utf8.contains(UInt8(ascii: "/")))
            precondition(content.bytes(of: entry).count <= bytes.count)
        }
        planted(isPlanted, at: kinds.contains(.identity) && kinds.contains(.state))
    }
}
