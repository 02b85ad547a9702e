import Glibc
import HAL
import Time

/// Counts the heap calls of what the media loop does each period.
enum HeapProbe {
    private typealias Arm = @convention(c) (Int32) -> Void
    private typealias Count = @convention(c) () -> UInt

    /// A thousand periods of keys, lamps, timers and datagrams; nil without libheapwatch.so.
    static func count(
        _ input: inout InputLine, _ output: borrowing OutputLine, allocating: Bool
    ) -> UInt? {
        guard let armSymbol = unsafe dlsym(nil, "heapwatch_arm"),
            let countSymbol = unsafe dlsym(nil, "heapwatch_count"),
            let pair = try? PortSockets(port: 0), var loop = try? EventLoop(),
            let timer = try? HAL.Timer(), var inbox = try? DatagramInbox(),
            var outbox = try? DatagramOutbox(for: pair.data), let signal = try? EventSignal(),
            let target = SocketAddress(host: "127.0.0.1", port: pair.data.local.port)
        else { return nil }
        let arm = unsafe unsafeBitCast(armSymbol, to: Arm.self)
        let count = unsafe unsafeBitCast(countSymbol, to: Count.self)
        var packet = [UInt8](repeating: 0x42, count: 143)
        guard (try? loop.add(fd: pair.data.fd, token: 1)) != nil,
            (try? loop.add(fd: timer.fd, token: 2)) != nil,
            (try? loop.add(fd: input.fd, token: 3)) != nil
        else { return nil }

        for period in 0..<1100 {
            if period == 100 { arm(1) }
            timer.arm(at: Clock.now())
            signal.raise()
            signal.drain()
            guard send(packet.span, to: target, &outbox, by: pair.data) else { return nil }
            for index in 0..<loop.wait(until: nil) where loop[index].token == 2 { timer.drain() }
            pair.data.receive(into: &inbox)
            do throws(GPIOError) {
                while try input.nextEdge() != nil {}
                try output.set(period & 1 == 0)
            } catch { return nil }
            if allocating { packet = [UInt8](repeating: 0x40 | UInt8(period & 1), count: 143) }
        }
        arm(0)
        return count()
    }

    private static func send(
        _ packet: Span<UInt8>, to target: SocketAddress, _ outbox: inout DatagramOutbox,
        by socket: borrowing UDPSocket
    ) -> Bool {
        lay(packet, into: &outbox)
        guard outbox.append(size: packet.count, to: target, tag: 0) else { return false }
        socket.send(&outbox)
        return outbox.count == 1 && outbox[0].result == .sent
    }

    private static func lay(_ packet: Span<UInt8>, into outbox: inout DatagramOutbox) {
        var room = outbox.next
        for place in packet.indices { room[place] = packet[place] }
    }
}
