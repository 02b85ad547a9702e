/// A place in a DNS message, and what is read there.
///
/// Each verb returns nil where the bytes end too early or break a rule; then the message is
/// dropped.
struct DNSReader {
    private(set) var place: Int

    init(at place: Int) { self.place = place }

    mutating func word(_ bytes: Span<UInt8>) -> UInt16? {
        guard place + 2 <= bytes.count else { return nil }
        defer { place += 2 }
        return UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
    }

    private mutating func long(_ bytes: Span<UInt8>) -> UInt32? {
        guard let high = word(bytes), let low = word(bytes) else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    mutating func question(_ bytes: Span<UInt8>) -> DNSMessage.Question? {
        // The class is the internet's, whether or not the answer may be unicast (RFC 6762 §5.4).
        guard let name = name(bytes), let kind = word(bytes), word(bytes) != nil else {
            return nil
        }
        return DNSMessage.Question(name: name, kind: kind)
    }

    mutating func record(_ bytes: Span<UInt8>) -> DNSMessage.Record? {
        guard let name = name(bytes), let kind = word(bytes), word(bytes) != nil,
            let timeToLive = long(bytes), let size = word(bytes)
        else { return nil }
        let end = place + Int(size)
        guard end <= bytes.count, let content = content(of: kind, until: end, bytes) else {
            return nil
        }
        place = end
        return DNSMessage.Record(
            name: name, kind: kind, timeToLive: timeToLive, content: content)
    }

    private mutating func content(
        of kind: UInt16, until end: Int, _ bytes: Span<UInt8>
    ) -> DNSMessage.Content? {
        switch kind {
        case DNSMessage.Kind.pointer:
            guard let name = name(bytes), place == end else { return nil }
            return .pointer(name)
        case DNSMessage.Kind.service:
            // Priority and weight are of no use with one host (RFC 2782).
            guard long(bytes) != nil, let port = word(bytes), let host = name(bytes), place == end
            else { return nil }
            return .service(port: port, host: host)
        case DNSMessage.Kind.text:
            return .text((place..<end).map { bytes[$0] })
        default:
            return .other
        }
    }

    /// A name; a pointer in it leads to an earlier place (RFC 1035 §4.1.4), so that it ends.
    mutating func name(_ bytes: Span<UInt8>) -> DNSName? {
        var name = DNSName()
        var at = place
        /// Pointers must lead before this place.
        var limit = place
        var hasJumped = false
        while true {
            guard at < bytes.count else { return nil }
            let length = Int(bytes[at])
            switch length {
            case 0:
                if !hasJumped { place = at + 1 }
                return name
            case 1...DNSName.labelMax:
                guard at + 1 + length <= bytes.count,
                    name.append(bytes.extracting(at + 1..<at + 1 + length))
                else { return nil }
                at += 1 + length
            case 0xC0...0xFF:
                guard at + 1 < bytes.count else { return nil }
                let target = (length & 0x3F) << 8 | Int(bytes[at + 1])
                guard target >= DNSMessage.headerSize, target < limit else { return nil }
                if !hasJumped { place = at + 2 }
                hasJumped = true
                limit = target
                at = target
            default:
                return nil
            }
        }
    }
}
