import Crypto
import Testing

@testable import Backup

/// The files of a small station.
enum Sample {
    static let files: [(place: BackupPlace, bytes: [UInt8])] = [
        (.settings, Array("[station]\nname = kitchen\n".utf8)),
        (.peers("garage.conf"), Array("[peer garage]\n".utf8)),
        (.identity, Array("intercom-identity-1 secret\n".utf8)),
        (.psk("garage.psk"), Array(repeating: 0x41, count: 65)),
        (.learned("attic.conf"), []),
        (.state, Array("{}\n".utf8)),
        (.roster, Array("intercom-roster-1\n".utf8)),
        (.siteKey, Array(repeating: 0x42, count: 65)),
    ]

    static let passphrase = Array("five words that no list has".utf8)

    static func content() throws -> BackupContent {
        var content = BackupContent()
        for file in files {
            let isAdded = content.add(file.place, file.bytes)
            try #require(isAdded)
        }
        return content
    }

    /// Bytes as a content that has been opened.
    static func secret(_ bytes: [UInt8]) -> Secret {
        var secret = Secret(count: max(bytes.count, 1))
        var span = secret.mutableBytes
        for place in bytes.indices { span[place] = bytes[place] }
        return secret
    }

    static func sealed() throws -> [UInt8] {
        SealedBackup.seal(try content(), passphrase: passphrase.span, rounds: 1)
    }
}

extension Span<UInt8> {
    var array: [UInt8] { indices.map { self[$0] } }
}
