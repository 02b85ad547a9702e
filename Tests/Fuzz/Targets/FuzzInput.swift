/// The bytes of one input, read as choices and pieces; past their end there are zeros.
struct FuzzInput {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: Span<UInt8>) { self.bytes = bytes.array }

    var isAtEnd: Bool { place >= bytes.count }

    mutating func byte() -> UInt8 {
        defer { place += 1 }
        return isAtEnd ? 0 : bytes[place]
    }

    mutating func word() -> UInt16 { UInt16(byte()) << 8 | UInt16(byte()) }

    mutating func below(_ bound: Int) -> Int { Int(byte()) % bound }

    /// As many bytes as there are, at most `count`.
    mutating func piece(_ count: Int) -> [UInt8] {
        let end = min(bytes.count, place + count)
        defer { place = max(place, end) }
        return place < end ? Array(bytes[place..<end]) : []
    }

    /// Changes some bytes of a message, as many as the input says.
    mutating func mutate(_ message: inout [UInt8]) {
        for _ in 0..<below(4) where !message.isEmpty {
            let at = Int(word()) % message.count
            message[at] ^= byte()
        }
    }
}
