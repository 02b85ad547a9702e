import Testing
import Time

@testable import HAL

/// Two ends of a connection on this machine: TCPListener and TCPStream.
@Suite struct TCPStreamTests {
    /// A port of this machine that listens.
    private struct Port: ~Copyable {
        let listener: TCPListener
        let number: UInt16

        var place: SocketAddress { .init(high: 0, low: 0xFFFF_7F00_0001, port: number) }

        /// A free one.
        init() throws {
            for _ in 0..<50 {
                let number = UInt16.random(in: 20_000..<30_000)
                let place = SocketAddress(high: 0, low: 0xFFFF_7F00_0001, port: number)
                guard let listener = try? TCPListener(at: place, port: number) else { continue }
                self.listener = listener
                self.number = number
                return
            }
            throw NoPort()
        }
    }

    private struct NoPort: Error {}

    private static func wait(_ fd: Int32, for events: UInt32) throws {
        var loop = try EventLoop()
        try loop.add(fd: fd, events: events, token: 0)
        #expect(loop.wait(until: Clock.now() + .seconds(20)) == 1)
    }

    /// The end of a stream as the other side sees it.
    private static func ending(_ end: (consuming TCPStream) -> Void) throws -> TCPStream.Arrival {
        let port = try Port()
        let stream = try TCPStream(connectingTo: port.place)
        try wait(stream.fd, for: EventLoop.writable)
        #expect(stream.connectionError() == nil)
        let bytes: [UInt8] = [1, 2, 3]
        #expect(stream.write(bytes.span) == 3)
        try wait(port.listener.fd, for: EventLoop.readable)
        guard let other = port.listener.accept() else { throw NoPort() }
        try wait(other.fd, for: EventLoop.readable)
        var room = [UInt8](repeating: 0, count: 8)
        var span = room.mutableSpan
        let (first, second) = (other.read(into: &span), other.read(into: &span))
        #expect(first == .bytes(3) && second == .wouldBlock)
        end(stream)
        try wait(other.fd, for: EventLoop.readable)
        return other.read(into: &span)
    }

    /// The death of the program looks as if it is dropped: nobody closes the stream then.
    @Test func whatIsClosedEndsInOrderAndWhatIsDroppedFails() throws {
        #expect(try Self.ending { $0.close() } == .closed)
        #expect(try Self.ending { stream in _ = consume stream } == .failed)
    }

    /// Connects, and says something.
    private static func speaking(
        to port: borrowing Port, from own: SocketAddress? = nil
    ) throws -> TCPStream {
        let stream = try TCPStream(connectingTo: port.place, from: own)
        try wait(stream.fd, for: EventLoop.writable)
        let bytes: [UInt8] = [1]
        #expect(stream.write(bytes.span) == 1)
        return stream
    }

    /// However many connections say nothing, the first that speaks is taken at once.
    @Test func silentOnesTakeNoPlace() throws {
        let port = try Port()
        var silent: [Held] = []
        for _ in 0..<100 {
            let stream = try TCPStream(connectingTo: port.place)
            try Self.wait(stream.fd, for: EventLoop.writable)
            silent.append(Held(stream))
        }
        switch port.listener.accept() {
        case .none: break
        case .some: Issue.record("a silent one is taken")
        }
        let stream = try Self.speaking(to: port, from: SocketAddress(host: "127.0.0.9", port: 1))
        try Self.wait(port.listener.fd, for: EventLoop.readable)
        guard let other = port.listener.accept() else { throw NoPort() }
        #expect(other.other.host == "127.0.0.9")
        _ = consume stream
        #expect(silent.count == 100)
    }

    private final class Held {
        let stream: TCPStream
        init(_ stream: consuming TCPStream) { self.stream = stream }
    }

    @Test func whatIsAcceptedAndDroppedEndsInOrder() throws {
        let port = try Port()
        let stream = try Self.speaking(to: port)
        try Self.wait(port.listener.fd, for: EventLoop.readable)
        do {
            guard let other = port.listener.accept() else { throw NoPort() }
            #expect(other.other.host == "127.0.0.1")
            var room = [UInt8](repeating: 0, count: 8)
            var span = room.mutableSpan
            let arrival = other.read(into: &span)
            #expect(arrival == .bytes(1))
        }
        try Self.wait(stream.fd, for: EventLoop.readable)
        var room = [UInt8](repeating: 0, count: 8)
        var span = room.mutableSpan
        let arrival = stream.read(into: &span)
        #expect(arrival == .closed)
    }

    @Test func itConnectsFromTheAddressThatIsGiven() throws {
        let port = try Port()
        func origin(_ own: SocketAddress?) throws -> String {
            let stream = try Self.speaking(to: port, from: own)
            try Self.wait(port.listener.fd, for: EventLoop.readable)
            guard let other = port.listener.accept() else { throw NoPort() }
            _ = consume stream
            return other.other.host
        }
        #expect(try origin(SocketAddress(host: "127.0.0.9", port: 5577)) == "127.0.0.9")
        // An address of the other family cannot be it.
        #expect(try origin(SocketAddress(host: "::1", port: 5577)) == "127.0.0.1")
        #expect(try origin(nil) == "127.0.0.1")
    }

    @Test func anAddressOfAnotherMachineIsTold() throws {
        let port = try Port()
        #expect {
            _ = try TCPStream(
                connectingTo: port.place, from: SocketAddress(host: "192.0.2.7", port: 5577))
        } throws: { error in
            "\(error)".contains("Cannot assign requested address")
        }
    }

    @Test func whereNothingListensTheReasonIsTold() throws {
        let place: SocketAddress
        do {
            let port = try Port()
            place = port.place
        }
        let stream = try TCPStream(connectingTo: place)
        try Self.wait(stream.fd, for: EventLoop.writable)
        let error = stream.connectionError()
        #expect(error?.description == "connect to \(place) (TCP): Connection refused")
    }

    @Test func aPortThatIsTakenIsTold() throws {
        let port = try Port()
        let (place, number) = (port.place, port.number)
        do {
            _ = try TCPListener(at: place, port: number)
            Issue.record("it listens twice")
        } catch {
            #expect(error.description.hasSuffix("; another program listens there"), "\(error)")
        }
        let none = port.listener.accept() == nil
        #expect(none)
    }
}
