internal import Crypto

/// The eight bytes that stand for a name between two stations (protocol.md §2.4).
///
/// They are of SHA-256, so two names do not have the same ones by chance. A word before the name
/// keeps a channel and a relay of one name apart.
package enum Reference {
    package static func of(channel name: String) -> UInt64 { first("intercom/1 channel", name) }

    package static func of(relay name: String) -> UInt64 { first("intercom/1 relay", name) }

    private static func first(_ kind: String, _ name: String) -> UInt64 {
        let text = Array(kind.utf8) + Array(name.utf8)
        return SHA256.reference(of: SHA256.hash(text.span))
    }
}
