import Crypto
import Vectors

extension Array where Element == UInt8 {
    init(_ text: StaticString) { self = Array("\(text)".utf8) }
}

extension Suite {
    static let both = [Suite.aesGCM, .chaChaPoly]
}

extension Key {
    init(hex: String) { self.init(copying: [UInt8](hex: hex).span) }
    var hex: String { [UInt8](bytes).hex }
}

extension PublicKey {
    init(hex: String) { self.init(bytes: [UInt8](hex: hex).span) }
}

extension InlineArray where Element == UInt8 {
    init(hex: String) {
        let bytes = [UInt8](hex: hex)
        precondition(bytes.count == count)
        self.init { i in bytes[i] }
    }
}
