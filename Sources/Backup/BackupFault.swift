/// Why a file cannot be restored, in words that follow its name.
public enum BackupFault: Error, Equatable, Sendable {
    case empty
    /// Another program's file.
    case foreign
    /// It has so many bytes of so many.
    case cut(Int, of: Int?)
    case damaged
    /// Of another format.
    case version(UInt16)
    case passphrase
    /// Rightly sealed, but not as `backup` does it.
    case malformed
}

extension BackupFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty: "is empty: the backup that should have written it failed"
        case .foreign: "is no backup: intercomctl backup makes one"
        case .cut(let count, of: let size?):
            "is cut short or damaged: it has \(count) of \(size) bytes; copy it again"
        case .cut(let count, of: nil):
            "is cut short: it has only \(count) bytes; copy it again"
        case .damaged:
            "is damaged: its checksum does not fit; copy it again, or use an older backup"
        case .version(let found):
            "has format \(found), and this intercomctl reads format \(SealedBackup.version):"
                + " install the version of intercomd that made it, or a newer one"
        case .passphrase: "is whole, but the passphrase is wrong"
        case .malformed:
            "opens, but intercomctl backup did not make what is in it: do not use it"
        }
    }
}
