public import Crypto
public import Wire

/// What each side tells of itself once the code is proved (protocol.md §4.1).
public struct PairingCard: Equatable, Sendable {
    public static let size = 80
    static let nameMax = 31

    public let publicKey: PublicKey
    public let capabilities: Capabilities
    public let name: String

    /// Nil when the name is not 1 to 31 letters a to z, digits and hyphens, no hyphen first.
    public init?(publicKey: PublicKey, capabilities: Capabilities, name: String) {
        let count = name.utf8.count
        guard (1...Self.nameMax).contains(count), name.utf8.allSatisfy(Self.isAllowed),
            name.utf8.first != UInt8(ascii: "-")
        else { return nil }
        self.publicKey = publicKey
        self.capabilities = capabilities
        self.name = name
    }

    /// Reads the 80 bytes; nil for what no station sends.
    init?(parsing bytes: Span<UInt8>) {
        guard bytes.count == Self.size,
            let capabilities = Capabilities(parsing: bytes.extracting(32..<48))
        else { return nil }
        let count = Int(bytes[48])
        guard count <= Self.nameMax else { return nil }
        for place in 49 + count..<Self.size where bytes[place] != 0 { return nil }
        let key = PublicKey(bytes: bytes.extracting(first: 32))
        guard key.isUsable else { return nil }
        let name = (49..<49 + count).map { bytes[$0] }
        self.init(
            publicKey: key, capabilities: capabilities, name: String(decoding: name, as: UTF8.self))
    }

    /// The 80 bytes.
    var encoded: [UInt8] {
        var caps = [UInt8](repeating: 0, count: Capabilities.size)
        var room = caps.mutableSpan
        capabilities.write(into: &room)
        let own = publicKey.bytes.indices.map { publicKey.bytes[$0] }
        let padding = [UInt8](repeating: 0, count: Self.nameMax - name.utf8.count)
        return own + caps + [UInt8(name.utf8.count)] + Array(name.utf8) + padding
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
