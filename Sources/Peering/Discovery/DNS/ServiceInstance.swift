internal import Wire

/// One instance of a service, as DNS-SD describes it (RFC 6763 §4 to §6).
struct ServiceInstance: Equatable, Sendable {
    /// The service of stations, at the UDP port of their handshakes.
    static let stations = DNSName("_intercomd", "_udp", "local")
    /// The service of open pairing windows, at the TCP port of the window.
    static let pairings = DNSName("_intercomd-pair", "_tcp", "local")
    private static let local = DNSName("local")

    /// How long others may remember an instance, in seconds.
    static let timeToLive: UInt32 = 120
    /// The time to live that withdraws an instance (RFC 6762 §10.1).
    static let farewell: UInt32 = 0

    let service: DNSName
    let name: DNSName
    let host: DNSName
    let port: UInt16
    /// The strings of the TXT record, each after its length.
    let text: [UInt8]

    /// Makes an instance with random names, which reveal nothing about the station.
    init(of service: DNSName, port: UInt16, text: [UInt8], _ lots: Lots) {
        self.service = service
        name = DNSName(lots.label(), in: service)
        host = DNSName(lots.label(), in: Self.local)
        self.port = port
        self.text = text
    }

    /// The message that announces the instance at these addresses and answers questions about it.
    ///
    /// The pointer comes first, with the service's name written out: the kernel's filter reads that
    /// name (`CLinux/multicast.c`), so that other programs' responses do not wake the station.
    func message(_ addresses: [Endpoint], timeToLive: UInt32 = Self.timeToLive) -> [UInt8] {
        var writer = DNSWriter(answers: 3 + addresses.count)
        writer.record(service, DNSMessage.Kind.pointer, timeToLive: timeToLive) { $0.name(name) }
        writer.record(name, DNSMessage.Kind.service, timeToLive: timeToLive) { writer in
            for word in [0, 0, port] { writer.word(word) }
            writer.name(host)
        }
        writer.record(name, DNSMessage.Kind.text, timeToLive: timeToLive) { $0.append(text) }
        for address in addresses {
            let kind = address.isIPv4 ? DNSMessage.Kind.a : DNSMessage.Kind.aaaa
            writer.record(host, kind, timeToLive: timeToLive) { writer in
                if !address.isIPv4 {
                    for word in address.high.words { writer.word(word) }
                    for word in address.low.words.prefix(2) { writer.word(word) }
                }
                for word in address.low.words.suffix(2) { writer.word(word) }
            }
        }
        return writer.bytes
    }

    /// Makes the question for the instances of a service.
    static func question(for service: DNSName) -> [UInt8] {
        var writer = DNSWriter(questions: 1)
        writer.question(service, DNSMessage.Kind.pointer)
        return writer.bytes
    }

    /// Whether the message that announces the instance answers a question.
    func answers(_ question: DNSMessage.Question) -> Bool {
        let kinds =
            switch question.name {
            case service: [DNSMessage.Kind.pointer]
            case name: [DNSMessage.Kind.service, DNSMessage.Kind.text]
            case host: [DNSMessage.Kind.a, DNSMessage.Kind.aaaa]
            default: [UInt16]()
            }
        return kinds.contains(question.kind)
            || (!kinds.isEmpty && question.kind == DNSMessage.Kind.any)
    }

    /// Whether a query lists this instance as known for at least half its lifetime (RFC 6762 §7.1).
    func isKnown(to query: DNSMessage) -> Bool {
        query.records.prefix(query.answers).contains {
            $0.name == service && $0.content == .pointer(name)
                && $0.timeToLive >= Self.timeToLive / 2
        }
    }
}

/// An instance of a service that another program has announced.
struct HeardInstance {
    let name: DNSName
    let port: UInt16
    let text: [UInt8]
    /// Whether the response withdraws the instance.
    let isFarewell: Bool

    /// Reads the instance of a service from a response; nil when it is missing or incomplete.
    init?(of service: DNSName, in response: DNSMessage) {
        guard response.isResponse, let first = response.records.first, first.name == service,
            case .pointer(let name) = first.content
        else { return nil }
        var port: UInt16 = 0
        var text: [UInt8]?
        for record in response.records where record.name == name {
            switch record.content {
            case .service(let number, _): port = number
            case .text(let strings): text = strings
            case .pointer, .other: break
            }
        }
        guard port > 0, let text else { return nil }
        self.name = name
        self.port = port
        self.text = text
        isFarewell = first.timeToLive == ServiceInstance.farewell
    }
}

extension UInt64 {
    /// The four 16-bit words, the highest first.
    fileprivate var words: [UInt16] {
        [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: self >> $0) }
    }
}
