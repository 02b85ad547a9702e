import Glibc
import Testing
import Time

@testable import HAL

/// On an interface of this machine that has neighbours, if there is one.
private let lan = NetworkInterface.all()?.first {
    $0.reachesNeighbours(from: nil) && $0.has(.ipv4)
}

@Suite(.serialized, .enabled(if: lan != nil, "no interface here has neighbours"))
struct MulticastSocketTests {
    private let own: SocketAddress
    private let families: [SocketAddress.Family]
    private let interface: NetworkInterface

    init() throws {
        let lan = try #require(lan)
        interface = lan
        own = try #require(lan.addresses.first { $0.family == .ipv4 })
        families = [.ipv4, .ipv6].filter { lan.has($0) }
    }

    /// A question, then `label` as the first label of a name.
    private func message(flags: UInt8, _ label: String = "x") -> [UInt8] {
        [7, 7, flags, 0, 0, 0, 0, 1, 0, 0, 0, 0, UInt8(label.utf8.count)] + Array(label.utf8)
            + [0, 0, 12, 0, 1]
    }

    /// The messages of these tests that come to a socket within a while.
    private func heard(_ socket: borrowing MulticastSocket) -> [(MulticastSocket.Arrival, [UInt8])]
    {
        var found: [(MulticastSocket.Arrival, [UInt8])] = []
        let end = Clock.now() + .milliseconds(200)
        while Clock.now() < end {
            var bytes = [UInt8](repeating: 0, count: 1500)
            var room = bytes.mutableSpan
            guard let arrival = socket.receive(into: &room) else {
                Clock.sleep(.milliseconds(5))
                continue
            }
            if bytes[0] == 7, bytes[1] == 7 {
                found.append((arrival, Array(bytes[..<arrival.count])))
            }
        }
        return found
    }

    @Test func whatIsSentToTheGroupIsHeardByAllWithItsHopLimit() throws {
        for family in families {
            let one = try MulticastSocket(family, on: interface)
            let other = try MulticastSocket(family, on: interface)
            let question = message(flags: 0)
            #expect(one.send(question.span) == .sent)
            for found in [heard(one), heard(other)] {
                #expect(found.map(\.1) == [question])
                #expect(found.first?.0.hopLimit == 255)
                #expect(found.first?.0.from.port == 5353)
                let hosts = interface.addresses.map(\.host)
                #expect(hosts.contains(found.first?.0.from.host ?? ""))
            }
        }
    }

    @Test func responsesAboutOtherServicesStayInTheKernel() throws {
        let socket = try MulticastSocket(.ipv4, on: interface)
        let ours = message(flags: 0x84, "_intercomd")
        for one in [message(flags: 0x84, "_googlecast"), message(flags: 0x84), ours] {
            _ = socket.send(one.span)
        }
        // Questions about them do not: one message may have several.
        let question = message(flags: 0, "_googlecast")
        _ = socket.send(question.span)
        var found = heard(socket)
        #expect(found.map(\.1) == [ours, question])
        // Too short for a response, or for anything.
        for count in [0, 1, 3, 16] {
            let short: [UInt8] = [7, 7, 0x84] + [UInt8](repeating: 0, count: 20)
            _ = socket.send(Array(short[..<count]).span)
        }
        found = heard(socket)
        #expect(found.isEmpty)
    }

    @Test func whatIsSentToThisMachineAloneIsLeftToOthers() throws {
        let socket = try MulticastSocket(.ipv4, on: interface)
        let sender = try PortSockets(listen: own, port: 0)
        let mdns = SocketAddress(high: own.high, low: own.low, port: 5353)
        _ = sender.data.send(message(flags: 0).span, to: mdns)
        var found = heard(socket)
        #expect(found.isEmpty)
        // The control: the same to the group, from the same socket.
        let group = try #require(SocketAddress(host: "224.0.0.251", port: 5353))
        _ = sender.data.send(message(flags: 0).span, to: group)
        found = heard(socket)
        let port = sender.data.local.port
        #expect(found.first?.0.from.port == port)
    }

    @Test func aProgramThatDoesNotShareThePortIsNamed() throws {
        let raw = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { _ = Glibc.close(raw) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(5353).bigEndian
        let isBound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.bind(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // Where another program has the port already, this one cannot have it for itself.
        guard isBound == 0 else { return }
        #expect(throws: SystemError.self) { _ = try MulticastSocket(.ipv4, on: interface) }
        do throws(SystemError) {
            _ = try MulticastSocket(.ipv4, on: interface)
        } catch {
            #expect(error.description.contains("UDP port 5353 on \(interface.name)"))
            #expect(error.description.contains("another program has it for itself"))
        }
    }
}
