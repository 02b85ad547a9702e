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
            let pair = try? SocketPair(port: 0, dscp: 46), var loop = try? EventLoop(),
            let timer = try? HAL.Timer(), var batch = try? DatagramBatch(),
            let signal = try? EventSignal(),
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
            guard pair.data.send(packet.span, to: target) == .sent else { return nil }
            for index in 0..<loop.wait(until: nil) where loop[index].token == 2 { timer.drain() }
            pair.data.receive(into: &batch)
            do throws(GPIOError) {
                while try input.nextEdge() != nil {}
                try output.set(period & 1 == 0)
            } catch { return nil }
            if allocating { packet.append(1) }
        }
        arm(0)
        return count()
    }
}
