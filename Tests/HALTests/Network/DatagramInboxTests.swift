import CLoopback
import Foundation
import HAL
import Testing

@Suite struct DatagramInboxTests {
    /// Sends a datagram from one socket of the pair to the other.
    private func send(_ bytes: [UInt8], within pair: borrowing PortSockets) throws {
        let target = try address("127.0.0.1", pair.data.local.port)
        #expect(pair.handshake.send(bytes.span, to: target) == .sent)
    }

    /// More than one fill, so that the next one takes the rest, and then nothing.
    @Test func allThatWaitComeInOrderWithTheirSource() throws {
        let pair = try localSockets()
        let source = pair.handshake.local.port
        var inbox = try DatagramInbox()
        let total = DatagramInbox.capacity + 3
        for number in 0..<total {
            let bytes = [0x40, UInt8(number)] + [UInt8](repeating: 7, count: number)
            try send(bytes, within: pair)
        }
        #expect(loopback_settle() == 0)
        var seen = 0
        for count in [DatagramInbox.capacity, 3, 0] {
            pair.data.receive(into: &inbox)
            let came = inbox.count
            #expect(came == count)
            for place in 0..<came {
                let datagram = inbox[place]
                let bytes = inbox.bytes(of: place)
                let (size, number) = (bytes.count, bytes[1])
                #expect(number == UInt8(seen) && size == 2 + seen && datagram.count == size)
                #expect(datagram.from.port == source && !datagram.isTruncated)
                seen += 1
            }
        }
        #expect(seen == total)
    }

    /// Each has its own moment, and the second fill starts anew.
    @Test func eachSaysHowLongItHasWaited() throws {
        let pair = try localSockets()
        var inbox = try DatagramInbox()
        // The kernel begins to stamp datagrams some time after the first request.
        usleep(50_000)
        for _ in 0..<2 {
            try send([0x40, 1], within: pair)
            usleep(30_000)
            try send([0x40, 2], within: pair)
            usleep(20_000)
            #expect(loopback_settle() == 0)
            pair.data.receive(into: &inbox)
            let came = inbox.count
            try #require(came == 2)
            let (first, second) = (inbox.waited(0), inbox.waited(1))
            #expect(second >= .milliseconds(20) && second < .seconds(10))
            #expect(first - second >= .milliseconds(30))
        }
    }

    @Test func oneThatIsTooLongSaysSoAndOneThatFitsDoesNot() throws {
        let pair = try localSockets()
        var inbox = try DatagramInbox()
        for size in [1500, 1501, 4000, 20] {
            try send([UInt8](repeating: 0x40, count: size), within: pair)
        }
        #expect(loopback_settle() == 0)
        pair.data.receive(into: &inbox)
        #expect(inbox.count == 4)
        for (place, expected) in [(1500, false), (1500, true), (1500, true), (20, false)]
            .enumerated()
        {
            let datagram = inbox[place]
            let size = inbox.bytes(of: place).count
            #expect(datagram.count == expected.0 && size == expected.0)
            #expect(datagram.isTruncated == expected.1)
        }
    }
}
